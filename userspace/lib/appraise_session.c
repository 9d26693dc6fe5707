// SPDX-License-Identifier: MIT
/* Appraisal: the session that evidence came in, and whose word it is. */
#include <openssl/x509.h>

#include "appraise_ctx.h"

static void name_saver(struct appraise *a)
{
	char name[APPRAISE_TEXT / 2], text[APPRAISE_TEXT], time[24];

	X509_NAME_oneline(X509_get_subject_name(a->in->saver), name,
			  sizeof(name));
	shinrai_time_format(a->out->session.time, time);
	shinrai_appraise_note(
		a, "saved at %s, on the word of the verifier %s", time,
		shinrai_appraise_printable(name, strlen(name), text));
}

/* Stops a session that was invented, or altered, by whoever had the file. */
static bool vouched_for(struct appraise *a, const struct shinrai_session *saved)
{
	u8 id[SHINRAI_KEY_ID_SIZE];
	int ret;

	if (!appraise_item(a, SHINRAI_ITEM_SESSION_SIGNATURE)->data) {
		shinrai_appraise_why(a, SHINRAI_WHY_SESSION_UNSIGNED, "%s", "");
		return false;
	}
	if (!a->in->saver) {
		shinrai_appraise_why(a, SHINRAI_WHY_SESSION_UNPROVEN, "%s", "");
		return false;
	}
	ret = shinrai_key_id(a->in->saver, id);
	if (!ret && memcmp(id, saved->verifier_key, sizeof(id))) {
		shinrai_appraise_why(a, SHINRAI_WHY_SESSION_VERIFIER, "%s", "");
		return false;
	}
	if (!ret)
		ret = shinrai_session_verify(a->in->ev, a->in->saver);
	if (ret == -ENOMEM)
		a->err = ret;
	else if (ret)
		shinrai_appraise_why(a, SHINRAI_WHY_SESSION_SIGNATURE, "%s",
				     "");
	return !ret;
}

/**
 * shinrai_appraise_session() - establish the session, if there is one to believe
 * @a: the appraisal
 *
 * What a verifier saw itself it believes.  What was saved counts only when the
 * verifier that saved it is known and signed it.
 */
void shinrai_appraise_session(struct appraise *a)
{
	const struct shinrai_item *item =
		appraise_item(a, SHINRAI_ITEM_SESSION);
	struct shinrai_session saved;

	if (a->in->session) {
		a->out->session = *a->in->session;
		a->out->have_session = true;
		return;
	}
	if (!item->data) {
		shinrai_appraise_why(a, SHINRAI_WHY_SESSION_MISSING, "%s", "");
		return;
	}
	if (shinrai_session_parse(item->data, item->len, &saved)) {
		shinrai_appraise_why(a, SHINRAI_WHY_SESSION_SYNTAX, "%s", "");
		return;
	}
	if (!vouched_for(a, &saved))
		return;
	a->out->session = saved;
	a->out->have_session = true;
	name_saver(a);
}
