// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-protection: no forced unload, nobody opens our maps and programs, and
 * who loads programs that overrule them is told.
 */
#include "shinrai_bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/capable")
int BPF_PROG(shinrai_capable, const struct cred *cred,
	     struct user_namespace *ns, int cap, unsigned int opts, int ret)
{
	if (ret || cap != CAP_SYS_MODULE)
		return ret;
	return obey(shinrai_kf_capable(cap), EPERM);
}

SEC("lsm.s/bpf")
int BPF_PROG(shinrai_load, int cmd, union bpf_attr *attr, unsigned int size,
	     int ret)
{
	if (ret || cmd != BPF_PROG_LOAD)
		return ret;
	return obey(shinrai_kf_load(attr->prog_type, attr->expected_attach_type,
				    attr->prog_flags),
		    EPERM);
}

SEC("lsm/bpf_map")
int BPF_PROG(shinrai_map, struct bpf_map *map, fmode_t fmode, int ret)
{
	if (ret)
		return ret;
	return obey(shinrai_kf_map(map), EPERM);
}

SEC("lsm/bpf_prog")
int BPF_PROG(shinrai_prog, struct bpf_prog *prog, int ret)
{
	if (ret)
		return ret;
	return obey(shinrai_kf_prog(prog), EPERM);
}

/* Labels are in an xattr that only the module writes. */
SEC("lsm.s/inode_setxattr")
int BPF_PROG(shinrai_setxattr, void *unused, struct dentry *dentry,
	     const char *name, const void *value, size_t size, int flags,
	     int ret)
{
	__u64 raw = 0, content = 0;

	if (ret)
		return ret;
	bpf_get_func_arg(ctx, 2, &raw);
	bpf_get_func_arg(ctx, 3, &content);
	return obey(shinrai_kf_xattr(dentry, raw, content, size), EPERM);
}

SEC("lsm/inode_removexattr")
int BPF_PROG(shinrai_rmxattr, void *unused, struct dentry *dentry,
	     const char *name, int ret)
{
	__u64 raw = 0;

	if (ret)
		return ret;
	bpf_get_func_arg(ctx, 2, &raw);
	return obey(shinrai_kf_xattr(dentry, raw, 0, 0), EPERM);
}
