// SPDX-License-Identifier: MIT
/* Reads the lists and references that a policy of the configuration names. */
#include <stdio.h>

#include <shinrai/util.h>

#include "policy.h"

#define MAX_REFERENCE (16u << 20)

static int load_list(struct policy *p, const char *path, char *err,
		     size_t errlen)
{
	FILE *f = fopen(path, "re");
	unsigned long line = 0;
	int ret;

	if (!f) {
		ret = -errno;
		snprintf(err, errlen, "cannot open %s: %s", path,
			 strerror(-ret));
		return ret;
	}
	ret = shinrai_digests_load(&p->known, f, &line);
	fclose(f);
	if (ret == -EBADMSG)
		snprintf(
			err, errlen,
			"%s:%lu: not of a list made by shinraictl digests make",
			path, line);
	else if (ret)
		snprintf(err, errlen, "%s: %s", path, strerror(-ret));
	return ret;
}

static int load_reference(struct policy *p, char *err, size_t errlen)
{
	const char *path = p->conf->reference;
	SHINRAI_FREE u8 *text = NULL;
	char why[256];
	size_t len;
	int ret;

	ret = shinrai_file_read(path, MAX_REFERENCE, &text, &len);
	if (ret) {
		snprintf(err, errlen, "cannot read %s: %s", path,
			 strerror(-ret));
		return ret;
	}
	ret = shinrai_reference_parse(text, len, &p->ref, why, sizeof(why));
	if (ret)
		snprintf(err, errlen, "%s: %s", path, why);
	return ret;
}

/**
 * policy_load() - read what a policy names
 * @p: out, for policy_free() in every case
 * @conf: stays where it is as long as @p
 * @err: out on error: which file, and why
 * @errlen: its room
 *
 * Return: 0; -errno.
 */
int policy_load(struct policy *p, const struct conf_policy *conf, char *err,
		size_t errlen)
{
	struct shinrai_appraise_input in = { 0 };
	char *const *list;
	int ret = 0;

	memset(p, 0, sizeof(*p));
	p->conf = conf;
	shinrai_digests_init(&p->known);
	for (list = conf->digests; *list && !ret; list++)
		ret = load_list(p, *list, err, errlen);
	if (!ret && conf->digests[0] && shinrai_digests_ready(&p->known)) {
		snprintf(err, errlen, "out of memory");
		ret = -ENOMEM;
	}
	if (!ret && *conf->reference)
		ret = load_reference(p, err, errlen);
	if (ret)
		return ret;
	policy_expect(p, &in);
	shinrai_appraise_policy(&in, p->id);
	return 0;
}

/**
 * policy_free() - release what it holds
 * @p: the policy
 */
void policy_free(struct policy *p)
{
	shinrai_digests_free(&p->known);
	shinrai_reference_free(&p->ref);
}

/**
 * policy_expect() - what evidence is held against
 * @p: the policy
 * @in: out: what is the policy's in it; points into @p
 *
 * Context: any thread.
 */
void policy_expect(const struct policy *p, struct shinrai_appraise_input *in)
{
	in->digests = p->conf->digests[0] ? &p->known : NULL;
	in->ref = *p->conf->reference ? &p->ref : NULL;
	in->pcr_code = (u8)p->conf->pcr_code;
	in->pcr_flow = (u8)p->conf->pcr_flow;
	in->allow_anon_exec = p->conf->allow_anon_exec;
	in->policy = p->conf->require;
	in->npolicies = p->conf->nrequired;
}
