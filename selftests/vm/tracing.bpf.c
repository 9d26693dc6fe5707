// SPDX-License-Identifier: GPL-2.0-only
/* A kfunc called from inside the module, while it holds its own lock. */
#include "shinrai_bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/shinrai_log_push_locked")
int BPF_PROG(hostile_locked)
{
	shinrai_kf_load_data(0x8000000000000000ULL, 4096, 2);
	return 0;
}
