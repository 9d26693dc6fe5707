// SPDX-License-Identifier: MIT
/* policy compile: a text to the blob that its owner signs. */
#include <errno.h>
#include <string.h>

#include "policy.h"

/* Bytes to a file, at once or not at all.  Return: 0; EXIT_ERROR, told. */
int policy_write(struct ctl *ctl, const char *path, const void *data,
		 size_t len)
{
	CTL_OUT out = { 0 };
	int ret = ctl_out_open(&out, path);

	if (!ret && fwrite(data, 1, len, out.f) != len)
		ret = errno ? -errno : -EIO;
	if (!ret)
		ret = ctl_out_commit(&out, true);
	return ret ? ctl_error(ctl, "output", NULL, "cannot write %s: %s", path,
			       strerror(-ret)) :
		     0;
}

static int tell(struct ctl *ctl, const struct policy_file *f, const char *out)
{
	json_t *v;

	policy_print_notes(f);
	if (!strcmp(out, "-") || !ctl->json)
		return ctl_flush_stdout(ctl);
	v = policy_summary_json(f);
	json_object_set_new(v, "file", policy_text_json(out));
	json_object_set_new(v, "notes", policy_notes_json(f));
	return ctl_json_out(ctl, stdout, v);
}

int cmd_policy_compile(struct ctl *ctl, int argc, char **argv)
{
	const char *owner_arg = NULL, *out = NULL;
	u8 owner[SHINRAI_DIGEST_SIZE];
	struct ctl_opt opts[] = {
		{ "owner", CTL_TEXT, &owner_arg, "CERT|HEX",
		  "its owner: a certificate, or the hash of its key", 0 },
		{ "out", CTL_TEXT, &out, "BLOB", "where to write it", 0 },
		{ 0 },
	};
	CTL_POLICY f = { 0 };
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n)
		return ctl_usage(ctl, "policy compile: which FILE?");
	if (!owner_arg || !out)
		return ctl_usage(ctl, "policy compile: --owner and --out are"
				      " needed");
	ret = policy_owner_option(ctl, owner_arg, owner);
	if (!ret)
		ret = policy_read(&f, ctl, ctl->operands.v[0], owner);
	if (ret)
		return ret;
	if (!f.text)
		return ctl_error(ctl, "format", NULL,
				 "%s: it is compiled already", f.path);
	ret = policy_write(ctl, out, f.blob, f.len);
	return ret ? ret : tell(ctl, &f, out);
}
