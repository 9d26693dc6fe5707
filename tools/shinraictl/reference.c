// SPDX-License-Identifier: MIT
/* Boot references: which PCRs, and how they are written. */
#include <string.h>

#include <shinrai/reference.h>

#include "reference.h"

/*
 * @list: "0,2,7" in any order
 * @n: PCRs that there are
 * @mask: is 0; out: a bit for each
 * Return: 0; EXIT_USAGE, told.
 */
int reference_pcrs(struct ctl *ctl, const char *list, unsigned int n, u32 *mask)
{
	const char *p = list;
	unsigned long pcr;
	char *end;

	for (;; p = end + 1) {
		pcr = strtoul(p, &end, 10);
		if (*p < '0' || *p > '9' || (*end && *end != ',') || pcr >= n ||
		    *mask >> pcr & 1)
			return ctl_usage(ctl,
					 "--firmware-pcrs: '%s' is not"
					 " a list of different PCRs, as in %s",
					 list, FIRMWARE_PCRS);
		*mask |= 1u << pcr;
		if (!*end)
			return 0;
	}
}

/* Writes what a verifier accepts, or nothing.  Return: 0; EXIT_ERROR, told. */
int reference_write(struct ctl *ctl, const char *path, const json_t *json)
{
	CTL_FREE char *text = json_dumps(json, JSON_INDENT(1));
	struct shinrai_reference parsed;
	CTL_OUT out = { 0 };
	char why[256] = "";
	int ret;

	if (!text)
		return ctl_error(ctl, "memory", NULL, "out of memory");
	ret = shinrai_reference_parse(text, strlen(text), &parsed, why,
				      sizeof(why));
	if (ret)
		return ctl_error(ctl, "format", NULL,
				 "a verifier would refuse this: %s", why);
	shinrai_reference_free(&parsed);
	ret = ctl_out_open(&out, path);
	if (!ret) {
		fprintf(out.f, "%s\n", text);
		ret = ctl_out_commit(&out, true);
	}
	return ret ? ctl_error(ctl, "output", NULL, "cannot write %s: %s", path,
			       strerror(-ret)) :
		     0;
}
