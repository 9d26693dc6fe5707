# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A BPF map
# how: A updates, B looks it up
# expect: blocked

send() {
	leak bpf-map "$SECRET"
}
