// SPDX-License-Identifier: MIT
/* mode: print it, or change observe to enforce. */
#include <errno.h>
#include <string.h>

#include "sysfs.h"

#define MODE "kernel/shinrai/mode"

static int change(struct ctl *ctl, const char *root, const char *mode)
{
	char line[16];
	int ret;

	if (strcmp(mode, "observe") && strcmp(mode, "enforce"))
		return ctl_usage(ctl,
				 "mode: '%s' is neither observe nor"
				 " enforce",
				 mode);
	snprintf(line, sizeof(line), "%s\n", mode);
	ret = sysfs_write(root, MODE, line);
	if (ret == -EPERM && !strcmp(mode, "observe"))
		return ctl_error(ctl, "no-way-back", "reboot",
				 "cannot go back from enforce to observe");
	return ret ? sysfs_error(ctl, "write", root, MODE, -ret) : 0;
}

int cmd_mode(struct ctl *ctl, int argc, char **argv)
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
	if (ctl->operands.n) {
		ret = change(ctl, root, ctl->operands.v[0]);
		if (ret)
			return ret;
	}
	ret = sysfs_read(root, MODE, value);
	if (ret)
		return sysfs_error(ctl, "read", root, MODE, -ret);
	if (ctl->json)
		return ctl_json_out(ctl, stdout,
				    json_pack("{s:s}", "mode", value));
	puts(value);
	return ctl_flush_stdout(ctl);
}
