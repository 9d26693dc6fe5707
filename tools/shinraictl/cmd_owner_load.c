// SPDX-License-Identifier: MIT
/* owner load: admissions and revocations from files, as they are named. */
#include <unistd.h>

#include "load.h"

static int load_one(struct ctl *ctl, int fd, const char *path, json_t *done)
{
	CTL_LOAD item = { 0 };
	struct load_why why;

	if (load_read(SHINRAI_LOAD_ADMISSION, path, NULL, &item, &why) ||
	    load_send(fd, &item, &why))
		return load_failed(ctl, path, &why);
	if (ctl->json)
		json_array_append_new(done, load_json(&item));
	else
		load_print(&item);
	return 0;
}

int cmd_owner_load(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_opt opts[] = { { 0 } };
	CTL_JSON done = json_array();
	size_t i;
	int ret = ctl_options(ctl, opts, argc, argv), fd;

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n)
		return ctl_usage(ctl, "owner load: which FILE?");
	fd = load_open(ctl, true);
	if (fd < 0)
		return EXIT_ERROR;
	for (i = 0, ret = 0; !ret && i < ctl->operands.n; i++)
		ret = load_one(ctl, fd, ctl->operands.v[i], done);
	close(fd);
	if (!ret && ctl->json)
		return ctl_json_out(ctl, stdout,
				    json_pack("{s:O}", "loaded", done));
	return ret ? ret : ctl_flush_stdout(ctl);
}
