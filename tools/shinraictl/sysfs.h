/* SPDX-License-Identifier: MIT */
/* The module's files: /sys/kernel/shinrai, one value each. */
#ifndef SHINRAICTL_SYSFS_H
#define SHINRAICTL_SYSFS_H

#include "ctl.h"

#define SYSFS_ROOT "/sys"
#define SYSFS_VALUE 4096

int sysfs_read(const char *root, const char *file, char value[SYSFS_VALUE]);
int sysfs_write(const char *root, const char *file, const char *value);
int sysfs_error(struct ctl *ctl, const char *what, const char *root,
		const char *file, int err);

#endif
