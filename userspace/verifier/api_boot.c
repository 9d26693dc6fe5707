// SPDX-License-Identifier: MIT
/* API: what a device booted, for references to be learned from it. */
#include <stdlib.h>

#include <shinrai/hex.h>

#include "api_part.h"
#include "view.h"

#define NOT_BORNE                                                            \
	"its last verdict does not bear what it booted: the quote was not "  \
	"verified or is not fresh, or the firmware log is not in order and " \
	"does not lead to it; see the verdict's reasons"

static void conflict(struct evhttp_request *req, const char *detail)
{
	reply_problem(req, 409, "Conflict", detail);
}

/* Whose it is, and how it stands.  Return: NULL when memory lacks. */
static json_t *header(const struct device *d)
{
	const struct device_record *r = d->renewal ? d->renewal : &d->r;
	char ak[2 * SHINRAI_NAME_MAX + 1], ek[2 * 32 + 1];
	const bool proven = r->tpm.assurance != SHINRAI_ASSURANCE_NONE;
	struct device_standing st;

	fleet_standing(d, &st);
	shinrai_hex_encode(r->ak_name, r->ak_name_len, ak);
	shinrai_hex_encode(r->tpm.ek, sizeof(r->tpm.ek), ek);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s?, s:s}", "device",
			 r->name, "policy", fleet_policy(d).name, "state",
			 device_state_name(st.state), "code", st.code, "judged",
			 device_time(d->r.judged), "ak", ak, "ek",
			 proven ? ek : NULL, "assurance",
			 shinrai_assurance_name(r->tpm.assurance));
}

/* Joins what is kept to what is known of the device. */
static int join(struct errand *e, s64 at, const char *text)
{
	const char *ak = json_string_value(json_object_get(e->answer, "ak"));
	json_t *boot = json_loads(text, 0, NULL);
	int ret = -EIO;

	if (json_is_object(boot)) {
		const char *by = json_string_value(json_object_get(boot, "ak"));

		if (!ak || !by || strcmp(ak, by))
			e->wrong = "it has another key since its last verdict; "
				   "ask again once it was judged";
		ret = json_object_update(e->answer, boot) ||
				      json_object_set_new(e->answer, "since",
							  device_time(at)) ?
			      -ENOMEM :
			      0;
	}
	json_decref(boot);
	return ret;
}

static int read_boot(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	char *text = NULL;
	s64 at = 0;
	int ret = store_boot(s, e->id, &at, &text);

	if (ret == -ENOENT) {
		e->wrong = NOT_BORNE;
		return 0;
	}
	if (!ret)
		ret = join(e, at, text);
	free(text);
	return ret;
}

static void boot_read(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);

	if (j->err || !e->wrong) {
		errand_answer(j, f);
		return;
	}
	conflict(e->req, e->wrong);
	errand_free(e);
}

/**
 * api_boot() - what a device that is judged now booted
 * @r: the request
 */
void api_boot(const struct request *r)
{
	struct errand *e;

	if (r->may != SHINRAI_FIELDS_ALL) {
		reply_problem(r->req, 403, "Forbidden",
			      "this is for who may read all fields");
		return;
	}
	if (!fleet_fresh(r->dev)) {
		conflict(r->req, r->dev->r.judged ?
					 "it was judged too long ago to say "
					 "what it booted" :
					 "it was not judged yet");
		return;
	}
	e = errand_new(r->req, read_boot, boot_read);
	if (!e)
		return;
	e->id = r->dev->r.id;
	e->answer = header(r->dev);
	if (!e->answer) {
		reply_problem(r->req, 503, "Service Unavailable",
			      "out of memory");
		errand_free(e);
		return;
	}
	errand_read(r, e);
}
