// SPDX-License-Identifier: MIT
/* status: what is loaded, armed and recorded, and what to do next. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "sysfs.h"

#define FOLDER "kernel/shinrai"

struct row {
	const char *file; /* in FOLDER; also the name in JSON */
	const char *label;
};

static const struct row rows[] = {
	{ "state", "state" },	    { "mode", "mode" },
	{ "extend", "extend" },	    { "pcr_code", "code PCR" },
	{ "pcr_flow", "flow PCR" }, { "records", "records" },
	{ "events", "events" },	    { "bytes", "bytes" },
	{ "pending", "pending" },   { "violations", "violations" },
	{ "abi", "ABI" },	    { "version", "version" },
	{ "boot_id", "boot id" },
};

struct status {
	struct ctl *ctl;
	const char *root;
	bool loaded, armed, degraded, overflowed, enforce, tpm;
	bool denied; /* a file could not be read for lack of permission */
	unsigned long long violations;
	long daemon; /* process id, 0: not running */
	json_t *json;
};

static void keep(struct status *s, const struct row *row, const char *value)
{
	unsigned long long n;
	char *end;

	n = strtoull(value, &end, 10);
	if (isdigit((unsigned char)*value) && !*end)
		json_object_set_new(s->json, row->file,
				    json_integer((json_int_t)n));
	else
		json_object_set_new(s->json, row->file, json_string(value));
	if (!strcmp(row->file, "violations"))
		s->violations = n;
	else if (!strcmp(row->file, "mode"))
		s->enforce = !strcmp(value, "enforce");
	if (strcmp(row->file, "state"))
		return;
	s->degraded = strstr(value, "degraded");
	s->overflowed = strstr(value, "overflow");
}

static void print(const struct status *s, const char *label, const char *value)
{
	if (!s->ctl->json)
		printf("%-12s%s\n", label, value);
}

/* Return: 0; EXIT_ERROR, told. */
static int read_row(struct status *s, const struct row *row)
{
	CTL_FREE char *file = NULL;
	char value[SYSFS_VALUE];
	int ret;

	if (asprintf(&file, FOLDER "/%s", row->file) < 0)
		return ctl_error(s->ctl, "memory", NULL, "out of memory");
	ret = sysfs_read(s->root, file, value);
	if (ret == -ENOENT)
		return 0;
	if (ret == -EACCES || ret == -EPERM) {
		s->denied = true;
		json_object_set_new(s->json, row->file, json_null());
		print(s, row->label, "(permission denied)");
		return 0;
	}
	if (ret)
		return sysfs_error(s->ctl, "read", s->root, file, -ret);
	keep(s, row, value);
	print(s, row->label, value);
	return 0;
}

static void read_tpm(struct status *s)
{
	char major[SYSFS_VALUE];

	s->tpm = !sysfs_read(s->root, "class/tpm/tpm0/tpm_version_major",
			     major) &&
		 !strcmp(major, "2");
	json_object_set_new(s->json, "tpm", json_boolean(s->tpm));
	print(s, "TPM", s->tpm ? "2.0" : *major ? "not 2.0" : "none");
}

static long find_process(const char *comm)
{
	char name[280], value[SYSFS_VALUE];
	struct dirent *e;
	long pid = 0;
	DIR *d = opendir("/proc");

	while (d && !pid && (e = readdir(d))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(name, sizeof(name), "%s/comm", e->d_name);
		if (!sysfs_read("/proc", name, value) && !strcmp(value, comm))
			pid = strtol(e->d_name, NULL, 10);
	}
	if (d)
		closedir(d);
	return pid;
}

static void read_daemon(struct status *s)
{
	char text[32];

	s->daemon = find_process("shinraid");
	json_object_set_new(s->json, "daemon",
			    s->daemon ? json_integer(s->daemon) : json_null());
	snprintf(text, sizeof(text), "running, pid %ld", s->daemon);
	print(s, "shinraid", s->daemon ? text : "not running");
}

static const char *next_step(const struct status *s)
{
	if (!s->tpm && !s->loaded)
		return "this machine shows no TPM 2.0: enable it in the"
		       " firmware first";
	if (!s->loaded)
		return "load the module, best from the initramfs: insmod"
		       " shinrai.ko";
	if (s->degraded)
		return "the TPM failed: this boot is not judged trusted any"
		       " more; see dmesg, then reboot";
	if (s->overflowed)
		return "events were lost: this boot is not judged trusted any"
		       " more; look at OVERFLOW in shinraictl log show";
	if (!s->armed)
		return "shinraictl arm";
	if (s->violations)
		return "look at VIOLATION in shinraictl log show";
	if (!s->daemon)
		return "start the daemon that answers verifiers: shinraid";
	if (!s->enforce)
		return "nothing; observe records all and refuses nothing, see"
		       " shinraictl mode";
	return "nothing";
}

/* Return: 0; EXIT_ERROR, told. */
static int read_module(struct status *s)
{
	CTL_FREE char *dir = NULL;
	char armed[SYSFS_VALUE];
	struct stat st;
	size_t i;
	int ret = 0;

	if (asprintf(&dir, "%s/" FOLDER, s->root) < 0)
		return ctl_error(s->ctl, "memory", NULL, "out of memory");
	s->loaded = !stat(dir, &st) && S_ISDIR(st.st_mode);
	json_object_set_new(s->json, "loaded", json_boolean(s->loaded));
	print(s, "module", s->loaded ? "loaded" : "not loaded");
	if (!s->loaded)
		return 0;
	ret = sysfs_read(s->root, FOLDER "/arm", armed);
	if (ret)
		return sysfs_error(s->ctl, "read", s->root, FOLDER "/arm",
				   -ret);
	s->armed = !strcmp(armed, "1");
	json_object_set_new(s->json, "armed", json_boolean(s->armed));
	print(s, "armed", s->armed ? "yes" : "no");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && !ret; i++)
		ret = read_row(s, &rows[i]);
	return ret;
}

static int run(struct status *s)
{
	int ret = read_module(s);

	if (ret)
		return ret;
	read_tpm(s);
	read_daemon(s);
	json_object_set_new(s->json, "next", json_string(next_step(s)));
	if (s->ctl->json)
		return ctl_json_out(s->ctl, stdout, json_incref(s->json));
	printf("next: %s\n", next_step(s));
	return EXIT_OK;
}

int cmd_status(struct ctl *ctl, int argc, char **argv)
{
	struct status s = { .ctl = ctl, .root = SYSFS_ROOT };
	struct ctl_opt opts[] = {
		{ "sysfs", CTL_TEXT, &s.root, "DIR", "instead of /sys", 0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	s.json = json_object();
	ret = run(&s);
	json_decref(s.json);
	return ret ? ret : ctl_flush_stdout(ctl);
}
