// SPDX-License-Identifier: MIT
/* The verdict: runs the steps in order, then lets the worst reason decide. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "appraise_ctx.h"

/**
 * shinrai_appraise_printable() - bytes from outside as ASCII, the rest as \xNN
 * @data: @len bytes
 * @len: their number
 * @text: out, cut with "..." when it does not fit
 *
 * Return: @text.
 */
const char *shinrai_appraise_printable(const void *data, size_t len,
				       char text[APPRAISE_TEXT])
{
	const u8 *p = data;
	size_t i, n = 0;

	for (i = 0; i < len && n < APPRAISE_TEXT - 8; i++) {
		if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\\')
			text[n++] = (char)p[i];
		else
			n += (size_t)sprintf(text + n, "\\x%02x", p[i]);
	}
	strcpy(text + n, i < len ? "..." : "");
	return text;
}

/* Of a report: true of the machine, but it makes no record less true. */
static void note_beside(struct appraise *a, enum shinrai_reason_code code)
{
	const struct shinrai_reason_info *info = shinrai_reason_info(code);

	if ((info->step == SHINRAI_STEP_LOG ||
	     info->step == SHINRAI_STEP_FRESH) &&
	    !a->out->count[code])
		shinrai_appraise_note(a, "%s [%s]", info->text, info->code);
}

static void __attribute__((format(printf, 5, 0)))
add(struct appraise *a, enum shinrai_reason_code code, bool has_record,
    u64 record, const char *fmt, va_list ap)
{
	struct shinrai_appraisal *out = a->out;
	struct shinrai_why *bigger, *w;

	if (!shinrai_appraise_counts(a, code)) {
		note_beside(a, code);
		return;
	}
	if (out->count[code]++ >= SHINRAI_MAX_WHY)
		return;
	bigger = realloc(out->why, (out->nwhy + 1) * sizeof(*bigger));
	if (!bigger) {
		a->err = -ENOMEM;
		return;
	}
	out->why = bigger;
	w = &bigger[out->nwhy];
	w->code = code;
	w->has_record = has_record;
	w->record = record;
	w->order = out->nwhy;
	if (vasprintf(&w->detail, fmt, ap) < 0)
		a->err = -ENOMEM;
	else
		out->nwhy++;
}

/**
 * shinrai_appraise_why() - add a reason that belongs to no record
 * @a: the appraisal
 * @code: the reason
 * @fmt: detail, printable; "" when the reason's own text says it all
 */
void shinrai_appraise_why(struct appraise *a, enum shinrai_reason_code code,
			  const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(a, code, false, 0, fmt, ap);
	va_end(ap);
}

static bool weaker(enum shinrai_reason_code a, enum shinrai_reason_code b)
{
	return shinrai_reason_info(a)->verdict <
	       shinrai_reason_info(b)->verdict;
}

/* Is there another finding that weighs as much, and depends on the policy alone? */
static bool has_like(const struct shinrai_state *s, unsigned int of)
{
	const struct shinrai_reason_info *info =
		shinrai_reason_info(s->sticky[of].code);
	unsigned int i;

	for (i = 0; i < s->nsticky; i++) {
		if (i != of && shinrai_appraise_by_policy(s->sticky[i].code) &&
		    shinrai_reason_info(s->sticky[i].code)->verdict ==
			    info->verdict)
			return true;
	}
	return false;
}

/*
 * When all places are taken, one of a finding that weighs less, or NULL.  What depends
 * on the policy alone gives way first, as what it is about is a fact: to any finding
 * that does not, as long as the verdict stays.  Of these none may be lost, or facts
 * are not enough for another policy.
 */
static struct shinrai_sticky *place_for(struct appraise *a,
					enum shinrai_reason_code code)
{
	const bool stays = !shinrai_appraise_by_policy(code);
	struct shinrai_state *s = &a->now;
	enum shinrai_reason_code there;
	unsigned int i;

	if (s->nsticky < SHINRAI_STATE_REASONS)
		return &s->sticky[s->nsticky++];
	for (i = s->nsticky; i; i--) {
		there = s->sticky[i - 1].code;
		if (shinrai_appraise_by_policy(there) &&
		    (weaker(there, code) ||
		     (stays && (!weaker(code, there) || has_like(s, i - 1)))))
			return &s->sticky[i - 1];
	}
	a->stays_lost |= stays;
	for (i = s->nsticky; i; i--) {
		if (weaker(s->sticky[i - 1].code, code)) {
			a->stays_lost = true;
			return &s->sticky[i - 1];
		}
	}
	return NULL;
}

/*
 * What is true of a covered record stays true for the rest of this boot; what
 * comes after it has nobody to vouch for it, and is told once.
 */
static void __attribute__((format(printf, 4, 0)))
remember(struct appraise *a, enum shinrai_reason_code code, u64 record,
	 const char *fmt, va_list ap)
{
	struct shinrai_sticky *s;

	s = a->vouched ? place_for(a, code) : NULL;
	if (!s)
		return;
	s->code = code;
	s->record = record;
	vsnprintf(s->text, sizeof(s->text), fmt, ap);
}

/**
 * shinrai_appraise_record() - add a reason that a record gives
 * @a: the appraisal
 * @code: the reason
 * @record: record number
 * @fmt: detail, printable
 */
void shinrai_appraise_record(struct appraise *a, enum shinrai_reason_code code,
			     u64 record, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(a, code, true, record, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	remember(a, code, record, fmt, ap);
	va_end(ap);
}

/**
 * shinrai_appraise_note() - say something that changes no verdict
 * @a: the appraisal
 * @fmt: printable
 */
void shinrai_appraise_note(struct appraise *a, const char *fmt, ...)
{
	va_list ap;

	if (a->out->nnotes == SHINRAI_MAX_NOTES)
		return;
	va_start(ap, fmt);
	if (vasprintf(&a->out->note[a->out->nnotes], fmt, ap) < 0)
		a->err = -ENOMEM;
	else
		a->out->nnotes++;
	va_end(ap);
}

/* A machine's own name for itself helps the reader and proves nothing. */
static void take_machine(struct appraise *a)
{
	const struct shinrai_item *item =
		appraise_item(a, SHINRAI_ITEM_MACHINE);
	char text[APPRAISE_TEXT];
	const json_t *first;
	const char *name;
	json_t *j;

	if (!item->data)
		return;
	j = json_loadb((const char *)item->data, item->len,
		       JSON_REJECT_DUPLICATES, NULL);
	name = json_string_value(json_object_get(j, "name"));
	if (name)
		snprintf(a->out->machine, sizeof(a->out->machine), "%.250s",
			 shinrai_appraise_printable(name, strlen(name), text));
	/* Where it lies, the list does not lead to the quoted PCR. */
	first = json_object_get(j, "ima_first");
	a->has_ima_first = json_is_integer(first);
	a->ima_first = (u64)json_integer_value(first);
	json_decref(j);
}

/* Named each time: what trust rests on, before all that fills a page. */
static void name_leniency(struct appraise *a)
{
	const struct shinrai_digests *d = a->in->digests;
	const struct shinrai_reference *ref = a->in->ref;

	if (a->in->learned)
		shinrai_appraise_note(
			a, "the key was pinned just now, on first use");
	if (d && d->local)
		shinrai_appraise_note(a,
				      "digests were taken from a local disk on "
				      "trust (--trust-local)");
	if (a->in->nunsigned)
		shinrai_appraise_note(a,
				      "reference values of %u %s were taken "
				      "without a signature",
				      a->in->nunsigned,
				      a->in->nunsigned == 1 ? "file" : "files");
	if (a->in->allow_anon_exec)
		shinrai_appraise_note(a, "anonymous memory may be made "
					 "executable (--allow-anon-exec)");
	if (!ref || !ref->nmodules)
		shinrai_appraise_note(a, "module and programs are held against "
					 "nothing: no reference names them");
}

static void name_sources(struct appraise *a)
{
	const struct shinrai_digests *d = a->in->digests;
	char text[APPRAISE_TEXT];
	unsigned int i;

	if (a->in->signers)
		shinrai_appraise_note(a, "reference values: %s",
				      a->in->signers);
	for (i = 0; d && i < d->nsources; i++)
		shinrai_appraise_note(
			a, "known digests: %s",
			shinrai_appraise_printable(d->source[i],
						   strlen(d->source[i]), text));
}

/* Untrusted first, then unknown; each from the bottom of the ladder up. */
static int by_severity(const void *x, const void *y)
{
	const struct shinrai_why *a = x, *b = y;
	const struct shinrai_reason_info *i = shinrai_reason_info(a->code);
	const struct shinrai_reason_info *k = shinrai_reason_info(b->code);

	if (i->verdict != k->verdict)
		return (int)k->verdict - (int)i->verdict;
	if (i->step != k->step)
		return (int)i->step - (int)k->step;
	return (int)a->order - (int)b->order;
}

/**
 * shinrai_appraise_conclude() - let the worst reason decide
 * @out: with all reasons
 */
void shinrai_appraise_conclude(struct shinrai_appraisal *out)
{
	const struct shinrai_reason_info *info;
	unsigned int i;

	out->verdict = SHINRAI_TRUSTED;
	for (i = 0; i < SHINRAI_WHYS; i++) {
		if (!out->count[i])
			continue;
		info = shinrai_reason_info(i);
		out->proven[info->step] = false;
		if (info->verdict > out->verdict)
			out->verdict = info->verdict;
	}
	if (out->nwhy)
		qsort(out->why, out->nwhy, sizeof(*out->why), by_severity);
	/* Nothing above stands when the quote does not. */
	for (i = 0; i < SHINRAI_STEPS; i++)
		out->proven[i] &= out->proven[SHINRAI_STEP_QUOTE];
	/* A key that is only pinned may be anybody's; a simulator's, too. */
	out->proven[SHINRAI_STEP_ROOT] = out->proven[SHINRAI_STEP_QUOTE] &&
					 out->assurance >
						 SHINRAI_ASSURANCE_SOFTWARE;
}

/* No reason against it is not enough: each step must have been proven. */
static void require_all(struct appraise *a)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_WHYS; i++) {
		if (a->out->count[i])
			return;
	}
	for (i = SHINRAI_STEP_QUOTE; i <= SHINRAI_STEP_DATA; i++) {
		if (!a->out->proven[i] && shinrai_appraise_asks(a, i))
			shinrai_appraise_why(a, SHINRAI_WHY_STEP_UNPROVEN, "%s",
					     shinrai_step_name(i));
	}
}

static void run(struct appraise *a)
{
	take_machine(a);
	/* What was left out of an abridged log may be what speaks against it. */
	if (a->in->ev->report && !a->in->report)
		shinrai_appraise_why(a, SHINRAI_WHY_EVIDENCE_SYNTAX,
				     "a violation report");
	name_leniency(a);
	name_sources(a);
	shinrai_appraise_quote(a);
	shinrai_appraise_firmware(a);
	shinrai_appraise_ima_read(a);
	shinrai_appraise_place(a);
	shinrai_appraise_boot(a);
	shinrai_appraise_log(a);
	shinrai_appraise_clock(a);
	shinrai_appraise_ima(a);
	require_all(a);
}

/**
 * shinrai_appraise_new() - an appraisal that has found nothing yet
 * @in: stays the caller's
 * @out: out; stays the caller's
 *
 * Return: for free(); NULL when memory lacks.
 */
struct appraise *shinrai_appraise_new(const struct shinrai_appraise_input *in,
				      struct shinrai_appraisal *out)
{
	struct appraise *a = malloc(sizeof(*a));

	shinrai_appraisal_clear(out);
	if (!a)
		return NULL;
	memset(a, 0, offsetof(struct appraise, firmware));
	a->given.count = 0;
	a->quoted.count = 0;
	shinrai_state_clear(&a->now);
	a->in = in;
	a->out = out;
	return a;
}

/**
 * shinrai_appraise() - appraise one machine
 * @in: evidence and what it is held against
 * @out: out, for shinrai_appraisal_free(), also on error
 *
 * Everything that is wrong is reported, not only the first thing.
 *
 * Return: 0 with a verdict; -ENOMEM without one; -EINVAL unknown bank, or PCRs
 * that cannot be ours.
 */
int shinrai_appraise(const struct shinrai_appraise_input *in,
		     struct shinrai_appraisal *out)
{
	struct appraise *a = shinrai_appraise_new(in, out);
	int ret;

	if (!a)
		return -ENOMEM;
	out->report = in->report;
	out->names = in->names;
	out->assurance = in->assurance;
	if (shinrai_appraise_expect(a)) {
		free(a);
		return -EINVAL;
	}
	if (in->session)
		memcpy(&out->facts.seed, in->session->nonce,
		       sizeof(out->facts.seed));
	run(a);
	shinrai_appraise_conclude(out);
	/* Nobody but the machine itself may change what is remembered of it. */
	out->have_next = a->placed && !in->report &&
			 out->proven[SHINRAI_STEP_QUOTE] &&
			 out->proven[SHINRAI_STEP_FRESH] &&
			 !out->count[SHINRAI_WHY_LOG_ROLLBACK] &&
			 !out->count[SHINRAI_WHY_POLICY_OTHER];
	a->now.facts = shinrai_appraise_facts(a);
	out->facts_all = !a->incremental;
	if (out->have_next)
		shinrai_state_copy(&out->next, &a->now);
	shinrai_appraise_past(a);
	ret = a->err;
	free(a->ima_joined);
	free(a);
	return ret;
}

/**
 * shinrai_appraise_malformed() - verdict on what is no evidence at all
 * @err: what shinrai_evidence_parse() gave for the attester's answer
 * @out: out, for shinrai_appraisal_free(), also on error
 *
 * Return: 0 with a verdict; -ENOMEM.
 */
int shinrai_appraise_malformed(int err, struct shinrai_appraisal *out)
{
	static const struct shinrai_appraise_input nothing;
	struct appraise *a = shinrai_appraise_new(&nothing, out);
	int ret;

	if (!a)
		return -ENOMEM;
	shinrai_appraise_why(a,
			     err == -EMSGSIZE ? SHINRAI_WHY_EVIDENCE_SIZE :
						SHINRAI_WHY_EVIDENCE_SYNTAX,
			     "%s", "");
	shinrai_appraise_conclude(out);
	ret = a->err;
	free(a);
	return ret;
}

/**
 * shinrai_appraisal_clear() - nothing is found yet
 * @out: out; elements of lists that are not there are left as they are
 */
void shinrai_appraisal_clear(struct shinrai_appraisal *out)
{
	memset(out, 0, offsetof(struct shinrai_appraisal, data));
	shinrai_data_clear(&out->data);
	shinrai_state_clear(&out->next);
}

/**
 * shinrai_appraisal_free() - release what a verdict holds
 * @out: from shinrai_appraise()
 */
void shinrai_appraisal_free(struct shinrai_appraisal *out)
{
	unsigned int i;

	for (i = 0; i < out->nwhy; i++)
		free(out->why[i].detail);
	for (i = 0; i < out->nnotes; i++)
		free(out->note[i]);
	for (i = 0; i < out->npast; i++) {
		shinrai_appraisal_free(out->past[i].told);
		free(out->past[i].told);
	}
	free(out->past);
	free(out->why);
	free(out->violation);
	shinrai_facts_free(&out->facts);
	shinrai_appraisal_clear(out);
}
