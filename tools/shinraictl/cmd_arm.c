// SPDX-License-Identifier: MIT
/* arm: every hook is attached, or none; there is no way back but reboot. */
#include <errno.h>
#include <string.h>

#include "sysfs.h"

#define ARM "kernel/shinrai/arm"

static int done(struct ctl *ctl, bool before)
{
	if (ctl->json)
		return ctl_json_out(ctl, stdout,
				    json_pack("{s:b, s:b}", "armed", 1,
					      "before", before));
	puts(before ? "armed already" : "armed");
	return ctl_flush_stdout(ctl);
}

int cmd_arm(struct ctl *ctl, int argc, char **argv)
{
	const char *root = SYSFS_ROOT;
	char value[SYSFS_VALUE];
	struct ctl_opt opts[] = {
		{ "sysfs", CTL_TEXT, &root, "DIR", "instead of /sys", 0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	ret = sysfs_read(root, ARM, value);
	if (ret)
		return sysfs_error(ctl, "read", root, ARM, -ret);
	if (!strcmp(value, "1"))
		return done(ctl, true);
	ret = sysfs_write(root, ARM, "1\n");
	if (ret == -EOPNOTSUPP)
		return ctl_error(ctl, "lsm",
				 "add it to lsm= on the kernel's"
				 " command line, see"
				 " /sys/kernel/security/lsm",
				 "cannot arm: bpf is not an active LSM");
	if (ret)
		return sysfs_error(ctl, "arm through", root, ARM, -ret);
	/* The write may not be the whole story: what does the kernel say? */
	ret = sysfs_read(root, ARM, value);
	if (ret || strcmp(value, "1"))
		return ctl_error(ctl, "sysfs", "dmesg | grep shinrai says why",
				 "%s/%s: still '%s' after arming", root, ARM,
				 value);
	return done(ctl, false);
}
