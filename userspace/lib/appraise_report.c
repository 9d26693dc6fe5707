// SPDX-License-Identifier: MIT
/*
 * Appraisal of a violation report: that the module of this machine recorded it.
 * What code ran, and whether the machine is to be trusted, is not asked.
 */
#include <stdlib.h>

#include "appraise_ctx.h"

/* What is true of the machine and leaves the record as true as it was. */
static const enum shinrai_reason_code beside[] = {
	SHINRAI_WHY_OVERFLOW,
	SHINRAI_WHY_DEGRADED,
	SHINRAI_WHY_DATA_LEFT,
	SHINRAI_WHY_POLICY_ABSENT,
	SHINRAI_WHY_POLICY_OBSERVED,
	/* A report stays true, however old its quote is. */
	SHINRAI_WHY_SESSION_MISSING,
	SHINRAI_WHY_SESSION_SYNTAX,
	SHINRAI_WHY_SESSION_UNSIGNED,
	SHINRAI_WHY_SESSION_UNPROVEN,
	SHINRAI_WHY_SESSION_VERIFIER,
	SHINRAI_WHY_SESSION_SIGNATURE,
};

/**
 * shinrai_appraise_asks() - is this step asked for?
 * @a: the appraisal
 * @step: of the ladder
 *
 * Return: true when it must be proven.
 */
bool shinrai_appraise_asks(const struct appraise *a, enum shinrai_step step)
{
	if (!a->in || !a->in->report)
		return true;
	return step != SHINRAI_STEP_FRESH && step != SHINRAI_STEP_RUNNING &&
	       step != SHINRAI_STEP_CODE && step != SHINRAI_STEP_IMA;
}

/**
 * shinrai_appraise_counts() - does a reason count in this appraisal?
 * @a: the appraisal
 * @code: the reason
 *
 * Return: true unless it is a report and the reason says nothing of its truth.
 */
bool shinrai_appraise_counts(const struct appraise *a,
			     enum shinrai_reason_code code)
{
	const struct shinrai_reason_info *info = shinrai_reason_info(code);
	size_t i;

	if (!a->in || !a->in->report)
		return true;
	for (i = 0; i < ARRAY_SIZE(beside); i++) {
		if (beside[i] == code)
			return false;
	}
	return info->step == SHINRAI_STEP_FRESH ||
	       shinrai_appraise_asks(a, info->step);
}

static void take(struct appraise *a, const struct shinrai_violation *v)
{
	struct shinrai_appraisal *out = a->out;
	struct shinrai_violation *more;
	size_t n = out->nviolations;

	if (!(n & (n - 1))) {
		more = reallocarray(out->violation, n ? 2 * n : 1, sizeof(*v));
		if (!more) {
			a->err = -ENOMEM;
			return;
		}
		out->violation = more;
	}
	out->violation[out->nviolations++] = *v;
}

/**
 * shinrai_appraise_reported() - collect an event that is a violation
 * @a: the appraisal of a report, or of a machine whose violations are listed
 * @h: of a covered record
 * @ev: that it shows; a malformed one was told already
 * @place: of @ev among those that it shows, from 0
 */
void shinrai_appraise_reported(struct appraise *a,
			       const struct shinrai_header *h,
			       const struct shinrai_event *ev,
			       unsigned int place)
{
	struct shinrai_violation v = { .record = h->recnum,
				       .event = place,
				       .time_ns = h->time_ns };

	if (shinrai_violation_parse(ev, &v) == 1)
		take(a, &v);
}

/**
 * shinrai_appraise_left_out() - count what a report does not show
 * @a: the appraisal
 * @h: of a covered record
 * @shown: events of it
 */
void shinrai_appraise_left_out(struct appraise *a,
			       const struct shinrai_header *h,
			       unsigned int shown)
{
	u64 n = h->event_count > shown ? h->event_count - shown : 0;

	a->out->left_out += n;
	if (h->pcr == a->now.flow_pcr)
		a->out->left_out_flow += n;
}
