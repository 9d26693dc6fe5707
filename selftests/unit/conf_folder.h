/* SPDX-License-Identifier: MIT */
/* A configuration file and its drop-in, for the tests of what reads them. */
#ifndef CONF_FOLDER_H
#define CONF_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/conf-XXXXXX";
static char path[64], drop_in[64], folder[64];

static void put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.conf", dir);
	snprintf(folder, sizeof(folder), "%s/a.conf.d", dir);
	snprintf(drop_in, sizeof(drop_in), "%s/a.conf.d/1.conf", dir);
	return mkdir(folder, 0700);
}

static int teardown(void **state)
{
	(void)state;
	unlink(drop_in);
	unlink(path);
	rmdir(folder);
	return rmdir(dir);
}

#endif
