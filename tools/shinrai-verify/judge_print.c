// SPDX-License-Identifier: MIT
/* The verdict for people: one word, the ladder, the reasons. */
#include <unistd.h>

#include <shinrai/hex.h>
#include <shinrai/verdict.h>

#include "judge.h"

#define MOST_NOTES 8 /* unless all are asked for */

static const char *color(enum shinrai_verdict verdict)
{
	static const char *const codes[] = {
		[SHINRAI_TRUSTED] = "\033[32m",
		[SHINRAI_UNKNOWN] = "\033[33m",
		[SHINRAI_UNTRUSTED] = "\033[31m",
	};

	return isatty(STDOUT_FILENO) ? codes[verdict] : "";
}

static const char *plain(void)
{
	return isatty(STDOUT_FILENO) ? "\033[0m" : "";
}

static void print_word(const struct shinrai_appraisal *a)
{
	static const char *const words[] = {
		[SHINRAI_TRUSTED] = "TRUSTED",
		[SHINRAI_UNKNOWN] = "UNKNOWN",
		[SHINRAI_UNTRUSTED] = "UNTRUSTED",
	};

	static const char *const reports[] = {
		[SHINRAI_TRUSTED] = "PROVEN",
		[SHINRAI_UNKNOWN] = "UNPROVEN",
		[SHINRAI_UNTRUSTED] = "REFUTED",
	};

	printf("%s%s%s: %s\n", color(a->verdict),
	       a->report ? reports[a->verdict] : words[a->verdict], plain(),
	       shinrai_verdict_headline(a));
}

/* Worst reason of a step; SHINRAI_TRUSTED when there is none. */
static enum shinrai_verdict worst(const struct shinrai_appraisal *a,
				  enum shinrai_step step)
{
	enum shinrai_verdict w = SHINRAI_TRUSTED;
	unsigned int i;

	for (i = 0; i < SHINRAI_WHYS; i++) {
		const struct shinrai_reason_info *info = shinrai_reason_info(i);

		if (a->count[i] && info->step == step && info->verdict > w)
			w = info->verdict;
	}
	return w;
}

/*
 * Owners who wonder about their data look here first.  What a report leaves out
 * is not counted: it must not look as if there were none.
 */
static void print_data(const struct shinrai_appraisal *a)
{
	const struct shinrai_data_state *d = &a->data;
	const struct shinrai_owner_state *o;

	if (!d->nowners) {
		printf(", no owner");
		return;
	}
	printf(", %s: %s %llu allowed, %llu audited, %llu refused, %llu left",
	       d->enforcing ? "enforced" : "only observed",
	       a->left_out_flow ? "of the flows shown" : "flows",
	       (unsigned long long)d->flows[SHINRAI_FLOW_ALLOWED],
	       (unsigned long long)d->flows[SHINRAI_FLOW_AUDITED],
	       (unsigned long long)d->flows[SHINRAI_FLOW_REFUSED],
	       (unsigned long long)d->flows[SHINRAI_FLOW_LEFT]);
	for (o = d->owner; o < d->owner + d->nowners; o++) {
		printf("\n    %-18s %s", o->name,
		       o->revoked  ? "revoked" :
		       o->in_force ? "policy" :
				     "no policy");
		if (o->in_force)
			printf(" generation %llu, %llu rules",
			       (unsigned long long)o->generation,
			       (unsigned long long)o->rules);
	}
}

static void print_detail(const struct shinrai_appraisal *a,
			 enum shinrai_step step)
{
	if (step == SHINRAI_STEP_DATA && a->proven[SHINRAI_STEP_LOG])
		print_data(a);
	if (!a->proven[step])
		return;
	if (step == SHINRAI_STEP_LOG)
		printf(", records 0 to %llu",
		       (unsigned long long)a->quoted - 1);
	if (step == SHINRAI_STEP_CODE)
		printf(", %llu measured", (unsigned long long)a->code);
	if (step == SHINRAI_STEP_QUOTE)
		printf(", resets %u, clock %llu ms", a->clock.reset_count,
		       (unsigned long long)a->clock.clock);
}

/* Steps that nobody asked for, and that were not climbed. */
static bool untouched(const struct shinrai_appraisal *a, enum shinrai_step step)
{
	if (a->proven[step] || worst(a, step) != SHINRAI_TRUSTED)
		return false;
	if (a->report &&
	    (step == SHINRAI_STEP_RUNNING || step == SHINRAI_STEP_CODE))
		return true;
	return step == SHINRAI_STEP_IMA;
}

static void print_ladder(const struct shinrai_appraisal *a)
{
	enum shinrai_verdict w;
	unsigned int i;

	for (i = 0; i < SHINRAI_STEPS; i++) {
		w = worst(a, i);
		if (untouched(a, i))
			continue;
		printf("  %-20s %s", shinrai_step_name(i),
		       a->proven[i]	      ? "proven" :
		       w == SHINRAI_UNTRUSTED ? "REFUTED" :
						"unproven");
		if (i == SHINRAI_STEP_ROOT)
			printf(a->assurance ? ", TPM: %s" :
					      ", the key is pinned",
			       shinrai_assurance_name(a->assurance));
		print_detail(a, i);
		putchar('\n');
	}
}

static void print_reason(const struct shinrai_appraisal *a,
			 const struct shinrai_why *w, bool last)
{
	const struct shinrai_reason_info *info = shinrai_reason_info(w->code);

	printf("%s%s%s", color(info->verdict),
	       info->verdict == SHINRAI_UNTRUSTED ? "- " : "? ", plain());
	if (w->has_record)
		printf("record %llu: ", (unsigned long long)w->record);
	printf("%s%s%s [%s]\n", info->text, *w->detail ? ": " : "", w->detail,
	       info->code);
	if (!last)
		return;
	if (a->count[w->code] > SHINRAI_MAX_WHY)
		printf("  and %llu more of these\n",
		       (unsigned long long)a->count[w->code] - SHINRAI_MAX_WHY);
	printf("  -> %s\n", info->next);
}

void judge_print(const struct shinrai_appraisal *a, bool verbose)
{
	char hex[2 * SHINRAI_NAME_MAX + 1], time[24];
	unsigned int i, more = 0;

	print_word(a);
	printf("machine %s", *a->machine ? a->machine : "(unnamed)");
	if (a->have_boot_id)
		printf(", boot %s",
		       shinrai_hex_encode(a->boot_id, sizeof(a->boot_id), hex));
	if (a->have_session) {
		shinrai_time_format(a->session.time, time);
		printf(", as of %s", time);
	}
	putchar('\n');
	print_ladder(a);
	for (i = 0; i < a->nwhy; i++)
		print_reason(a, &a->why[i],
			     i + 1 == a->nwhy ||
				     a->why[i + 1].code != a->why[i].code);
	for (i = 0; i < a->nnotes; i++) {
		/*
		 * Trust on somebody's word is never left unsaid, nor what will
		 * not be told again.
		 */
		if (verbose || i < MOST_NOTES ||
		    ((a->npast || a->past_gone) && i >= a->past_note))
			printf("note: %s\n", a->note[i]);
		else
			more++;
	}
	if (more)
		printf("note: %u more with -v\n", more);
	if (verbose && a->ak_name_len)
		printf("key %s\n",
		       shinrai_hex_encode(a->ak_name, a->ak_name_len, hex));
}
