// SPDX-License-Identifier: MIT
/* Appraisal: what one event of a covered record means for trust. */
#include <stdio.h>

#include <shinrai/bank.h>

#include "appraise_ctx.h"

#define KNOWN_FLAGS                                                           \
	(SHINRAI_CODE_UNCACHED | SHINRAI_CODE_OVERLAY | SHINRAI_CODE_BUFFER | \
	 SHINRAI_CODE_PATH_CUT | SHINRAI_CODE_LATE | SHINRAI_CODE_MPROTECT)

struct subject {
	struct appraise *a;
	const struct shinrai_header *h;
	const struct shinrai_event *ev;
};

/* A redactable field for the reader: its value, or that it was withheld. */
static const char *shown(const struct subject *s, u8 id,
			 char text[APPRAISE_TEXT])
{
	unsigned int i;

	for (i = 0; i < s->ev->nfields; i++) {
		const struct shinrai_field *f = &s->ev->field[i];

		if (f->id != id)
			continue;
		if (f->withheld)
			return "(withheld)";
		return shinrai_appraise_printable(f->data, f->len, text);
	}
	return "(not stated)";
}

/* What it is about is kept, once, for another policy to judge. */
static void keep_fact(const struct subject *s, u16 what, const u8 *digest,
		      u8 id)
{
	struct shinrai_facts *facts = &s->a->out->facts;
	struct shinrai_fact f;
	char text[APPRAISE_TEXT];

	if (!s->a->in->keep_facts || !s->a->placed ||
	    (digest && shinrai_facts_have(facts, what, digest)))
		return;
	f.what = what;
	f.record = s->h->recnum;
	if (!memccpy(f.text, shown(s, id, text), '\0', sizeof(f.text)))
		f.text[sizeof(f.text) - 1] = '\0';
	if (digest)
		memcpy(f.digest, digest, sizeof(f.digest));
	else
		shinrai_bank_hash(SHINRAI_ALG_SHA256, f.text, strlen(f.text),
				  f.digest);
	if (shinrai_facts_add(facts, &f))
		s->a->err = -ENOMEM;
}

static void judge_code(const struct subject *s)
{
	const struct shinrai_field *digest;
	enum shinrai_reason_code why;
	char path[APPRAISE_TEXT];
	u64 kind, flags;

	digest = shinrai_event_field(s->ev, SHINRAI_FIELD_DIGEST);
	if (!digest || digest->len != SHINRAI_DIGEST_SIZE ||
	    shinrai_event_uint(s->ev, SHINRAI_FIELD_KIND, 1, &kind) ||
	    shinrai_event_uint(s->ev, SHINRAI_FIELD_FLAGS, 4, &flags)) {
		shinrai_appraise_record(s->a, SHINRAI_WHY_EVENT_FIELDS,
					s->h->recnum,
					"code without kind, digest or flags");
		return;
	}
	s->a->now.code++;
	if (flags & ~(u64)KNOWN_FLAGS)
		shinrai_appraise_record(s->a, SHINRAI_WHY_CODE_FLAGS,
					s->h->recnum, "flags %#llx",
					(unsigned long long)flags);
	keep_fact(s, (u16)kind, digest->data, SHINRAI_FIELD_PATH);
	why = shinrai_appraise_code(s->a, kind, digest->data);
	if (why != SHINRAI_WHYS)
		shinrai_appraise_code_tell(s->a, why, s->h->recnum, kind,
					   digest->data,
					   shown(s, SHINRAI_FIELD_PATH, path));
}

/* Stops a log whose PCRs were somebody else's before. */
static void judge_start_pcrs(const struct subject *s)
{
	const struct shinrai_field *f;
	struct shinrai_pcrs values;
	unsigned int i, k;
	bool zero = true;

	f = shinrai_event_field(s->ev, SHINRAI_FIELD_PCR_VALUES);
	if (!f || shinrai_pcrs_parse(f->data, f->len, &values))
		return;
	for (i = 0; i < values.count; i++) {
		for (k = 0; k < values.v[i].size; k++)
			zero &= !values.v[i].value[k];
	}
	s->a->now.start_nonzero = !zero;
}

static void take_module(const struct subject *s)
{
	const struct shinrai_field *f =
		shinrai_event_field(s->ev, SHINRAI_FIELD_MODULE_ID);

	s->a->now.module_id_len = 0;
	if (!f || f->len > sizeof(s->a->now.module_id))
		return;
	memcpy(s->a->now.module_id, f->data, f->len);
	s->a->now.module_id_len = f->len;
}

/* One object holds them all; several are of a module not known here. */
static void take_programs(const struct subject *s,
			  const struct shinrai_field *f)
{
	const size_t name = f->data[0], size = sizeof(s->a->now.programs);

	if (f->len == 1 + name + size)
		memcpy(s->a->now.programs, f->data + 1 + name, size);
}

static void judge_start(const struct subject *s)
{
	u64 abi, test;

	if (s->h->type != SHINRAI_RECORD_START) {
		shinrai_appraise_record(s->a, SHINRAI_WHY_EVENT_PLACE,
					s->h->recnum, "START");
		return;
	}
	if (shinrai_event_uint(s->ev, SHINRAI_FIELD_ABI, 4, &abi))
		shinrai_appraise_record(s->a, SHINRAI_WHY_START_FIELDS,
					s->h->recnum, "no interface version");
	else if (abi != SHINRAI_ABI_VERSION)
		shinrai_appraise_record(s->a, SHINRAI_WHY_START_ABI,
					s->h->recnum, "version %llu",
					(unsigned long long)abi);
	take_module(s);
	judge_start_pcrs(s);
	/* Absent when there are none; withheld it cannot be. */
	if (!shinrai_event_uint(s->ev, SHINRAI_FIELD_TEST, 4, &test))
		shinrai_appraise_record(s->a, SHINRAI_WHY_TEST_FLAGS,
					s->h->recnum, "flags %#llx",
					(unsigned long long)test);
	else if (shinrai_event_field(s->ev, SHINRAI_FIELD_TEST))
		shinrai_appraise_record(s->a, SHINRAI_WHY_START_FIELDS,
					s->h->recnum, "test flags");
}

/* Nothing but this word is enforcing: not another value, nor none. */
static void take_mode(const struct subject *s)
{
	u64 mode;

	s->a->now.data.enforcing =
		!shinrai_event_uint(s->ev, SHINRAI_FIELD_MODE, 1, &mode) &&
		mode == SHINRAI_MODE_ENFORCE;
}

static void judge_arm(const struct subject *s)
{
	const struct shinrai_field *programs;
	u64 links, running;

	if (s->h->type != SHINRAI_RECORD_ARM) {
		shinrai_appraise_record(s->a, SHINRAI_WHY_EVENT_PLACE,
					s->h->recnum, "ARM");
		return;
	}
	programs = shinrai_event_field(s->ev, SHINRAI_FIELD_PROGRAMS);
	if (!programs || !programs->len ||
	    shinrai_event_uint(s->ev, SHINRAI_FIELD_LINKS, 4, &links) ||
	    !links ||
	    shinrai_event_uint(s->ev, SHINRAI_FIELD_RUNNING, 4, &running)) {
		shinrai_appraise_record(s->a, SHINRAI_WHY_ARM_FIELDS,
					s->h->recnum, "%s", "");
		return;
	}
	take_programs(s, programs);
	take_mode(s);
	s->a->now.running_want = running;
}

static void judge_running(const struct subject *s)
{
	s->a->now.running_seen++;
	judge_code(s);
}

static void judge_module(const struct subject *s)
{
	s->a->now.running_seen++;
	s->a->now.modules++;
}

static void judge_anon(const struct subject *s)
{
	char exe[APPRAISE_TEXT];

	keep_fact(s, SHINRAI_FACT_ANON, NULL, SHINRAI_FIELD_EXE);
	if (s->a->in->allow_anon_exec)
		shinrai_appraise_note(s->a,
				      "record %llu: anonymous memory made "
				      "executable by %s (allowed)",
				      (unsigned long long)s->h->recnum,
				      shown(s, SHINRAI_FIELD_EXE, exe));
	else
		shinrai_appraise_record(s->a, SHINRAI_WHY_ANON_EXEC,
					s->h->recnum, "by %s",
					shown(s, SHINRAI_FIELD_EXE, exe));
}

/*
 * The module enforced, so what it tells of was not used.  Beside flags that mean
 * nothing here that is not believed.
 */
static bool was_refused(const struct subject *s)
{
	char path[APPRAISE_TEXT], exe[APPRAISE_TEXT];
	u64 flags;

	if (shinrai_event_uint(s->ev, SHINRAI_FIELD_FLAGS, 4, &flags) ||
	    !(flags & SHINRAI_CODE_REFUSED) ||
	    flags & ~(u64)(KNOWN_FLAGS | SHINRAI_CODE_REFUSED))
		return false;
	shinrai_appraise_note(s->a, "record %llu: refused: %s, to %s",
			      (unsigned long long)s->h->recnum,
			      shown(s, SHINRAI_FIELD_PATH, path),
			      shown(s, SHINRAI_FIELD_EXE, exe));
	return true;
}

static void judge_violation(const struct subject *s)
{
	char path[APPRAISE_TEXT], exe[APPRAISE_TEXT];
	u64 reason;

	if (was_refused(s))
		return;
	if (!shinrai_event_uint(s->ev, SHINRAI_FIELD_REASON, 4, &reason) &&
	    reason == SHINRAI_REASON_BPF_PROGRAM) {
		shinrai_appraise_record(s->a, SHINRAI_WHY_BPF_PROGRAM,
					s->h->recnum, "by %s",
					shown(s, SHINRAI_FIELD_EXE, exe));
		return;
	}
	shinrai_appraise_record(s->a, SHINRAI_WHY_VIOLATION, s->h->recnum,
				"%s, by %s", shown(s, SHINRAI_FIELD_PATH, path),
				shown(s, SHINRAI_FIELD_EXE, exe));
}

static void judge_unmeasured(const struct subject *s)
{
	char path[APPRAISE_TEXT];

	if (was_refused(s))
		return;
	shinrai_appraise_record(s->a, SHINRAI_WHY_UNMEASURED, s->h->recnum,
				"%s", shown(s, SHINRAI_FIELD_PATH, path));
}

static void judge_overflow(const struct subject *s)
{
	u64 count = 0;

	shinrai_event_uint(s->ev, SHINRAI_FIELD_COUNT, 8, &count);
	shinrai_appraise_record(s->a, SHINRAI_WHY_OVERFLOW, s->h->recnum,
				"%llu events", (unsigned long long)count);
}

static void judge_state(const struct subject *s)
{
	u64 reason = 0, links;

	shinrai_event_uint(s->ev, SHINRAI_FIELD_REASON, 4, &reason);
	switch (reason) {
	case SHINRAI_REASON_DEGRADED_TIMEOUT:
	case SHINRAI_REASON_DEGRADED_TPM:
	case SHINRAI_REASON_DEGRADED_MEMORY:
		shinrai_appraise_record(
			s->a, SHINRAI_WHY_DEGRADED, s->h->recnum, "%s",
			reason == SHINRAI_REASON_DEGRADED_TIMEOUT ?
				"TPM did not answer in time" :
			reason == SHINRAI_REASON_DEGRADED_TPM ?
				"TPM refused an extend" :
				"memory lacked");
		break;
	case SHINRAI_REASON_PCR_MOVED:
		shinrai_appraise_record(s->a, SHINRAI_WHY_PCR_MOVED,
					s->h->recnum, "%s", "");
		break;
	case SHINRAI_REASON_MODE:
		take_mode(s);
		break;
	case SHINRAI_REASON_LABELS_LIVE:
		if (shinrai_event_uint(s->ev, SHINRAI_FIELD_LINKS, 4, &links) ||
		    !links)
			shinrai_appraise_record(s->a, SHINRAI_WHY_EVENT_FIELDS,
						s->h->recnum,
						"labels live without links");
		break;
	case SHINRAI_REASON_SHUTDOWN:
	case SHINRAI_REASON_SUSPEND:
	case SHINRAI_REASON_RESUME:
		break;
	default:
		shinrai_appraise_record(s->a, SHINRAI_WHY_STATE_OTHER,
					s->h->recnum, "%llu",
					(unsigned long long)reason);
	}
}

static void (*const judges[])(const struct subject *s) = {
	[SHINRAI_EVENT_START] = judge_start,
	[SHINRAI_EVENT_ARM] = judge_arm,
	[SHINRAI_EVENT_CODE] = judge_code,
	[SHINRAI_EVENT_RUNNING] = judge_running,
	[SHINRAI_EVENT_ANON_EXEC] = judge_anon,
	[SHINRAI_EVENT_VIOLATION] = judge_violation,
	[SHINRAI_EVENT_STATE] = judge_state,
	[SHINRAI_EVENT_OVERFLOW] = judge_overflow,
	[SHINRAI_EVENT_UNMEASURED] = judge_unmeasured,
	[SHINRAI_EVENT_MODULE] = judge_module,
};

/**
 * shinrai_appraise_event() - judge one event of a covered record
 * @a: the appraisal
 * @h: header of its record
 * @ev: the event; CHECKPOINT and unknown types are judged with the record
 */
void shinrai_appraise_event(struct appraise *a, const struct shinrai_header *h,
			    const struct shinrai_event *ev)
{
	const struct subject s = { a, h, ev };

	if (shinrai_appraise_data(a, h, ev))
		return;
	if (ev->type < ARRAY_SIZE(judges) && judges[ev->type])
		judges[ev->type](&s);
}
