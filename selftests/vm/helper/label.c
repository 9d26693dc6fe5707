// SPDX-License-Identifier: MIT
/*
 * Labels as the device tells them: "OWNER UUID" in hex for each, of a file or a
 * process; and one more for a file.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <fcntl.h>

#include "../../../include/uapi/shinrai.h"

#include "helper.h"

static void print(const struct shinrai_label_id *id, unsigned int count)
{
	size_t i;

	for (; count--; id++) {
		for (i = 0; i < sizeof(id->owner); i++)
			printf("%02x", id->owner[i]);
		putchar(' ');
		for (i = 0; i < sizeof(id->uuid); i++)
			printf("%02x", id->uuid[i]);
		putchar('\n');
	}
}

static void unhex(const char *text, __u8 *out, size_t len)
{
	for (; len--; text += 2)
		if (sscanf(text, "%2hhx", out++) != 1)
			exit(2);
}

static int file(const char *path, struct shinrai_label_file *l, int mode)
{
	/* O_PATH asks no hook: looking is not reading. */
	l->fd = open_or_fail(path, O_PATH);
	if (ioctl(open_or_fail("/dev/shinrai", mode), SHINRAI_IOC_LABEL, l))
		fail(path);
	return 0;
}

int cmd_label_add(char **arg)
{
	struct shinrai_label_file l = { .flags = SHINRAI_LABEL_ADD };

	unhex(arg[0], l.add.owner, sizeof(l.add.owner));
	unhex(arg[1], l.add.uuid, sizeof(l.add.uuid));
	return file(arg[2], &l, O_RDWR);
}

int cmd_labels(char **arg)
{
	struct shinrai_label_file l = { 0 };

	file(arg[0], &l, O_RDONLY);
	print(l.labels, l.count);
	return 0;
}

int cmd_labels_pid(char **arg)
{
	struct shinrai_process p = { .pid = atoi(arg[0]) };

	if (ioctl(open_or_fail("/dev/shinrai", O_RDONLY), SHINRAI_IOC_PROCESS,
		  &p))
		fail(arg[0]);
	print(p.labels, p.count);
	return 0;
}
