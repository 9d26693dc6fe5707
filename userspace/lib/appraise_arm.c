// SPDX-License-Identifier: MIT
/* Appraisal: START and ARM against what is expected, each time anew. */
#include "appraise_ctx.h"

/*
 * Where our log is looked for is the verifier's choice, never the evidence's:
 * in a pair of PCRs that nobody used, root could start a clean log of its own.
 */
static void check_own_pcrs(struct appraise *a)
{
	if (a->have_start &&
	    (a->now.code_pcr != a->pcr_code || a->now.flow_pcr != a->pcr_flow))
		shinrai_appraise_why(a, SHINRAI_WHY_START_PCRS,
				     "%u and %u, expected %u and %u",
				     a->now.code_pcr, a->now.flow_pcr,
				     a->pcr_code, a->pcr_flow);
}

static bool same_id(const struct appraise *a,
		    const struct shinrai_ref_module *m)
{
	return strlen(m->srcversion) == a->now.module_id_len &&
	       !memcmp(m->srcversion, a->now.module_id, a->now.module_id_len);
}

/* Stops a log that another module wrote, or ours with other programs. */
static void check_module(struct appraise *a)
{
	const struct shinrai_reference *ref = a->in->ref;
	const struct shinrai_ref_module *m;
	char text[APPRAISE_TEXT];
	bool known = false;

	if (!ref || !ref->nmodules)
		return;
	for (m = ref->module; m < ref->module + ref->nmodules; m++) {
		if (!same_id(a, m))
			continue;
		known = true;
		if (memcmp(m->programs, a->now.programs, sizeof(m->programs)))
			continue;
		shinrai_appraise_note(a, "module: %s",
				      shinrai_appraise_printable(
					      m->name, strlen(m->name), text));
		return;
	}
	if (!known)
		shinrai_appraise_why(
			a, SHINRAI_WHY_MODULE_UNKNOWN, "srcversion %s",
			shinrai_appraise_printable(a->now.module_id,
						   a->now.module_id_len, text));
	else if (a->now.armed)
		shinrai_appraise_why(a, SHINRAI_WHY_PROGRAMS_UNKNOWN, "%s", "");
}

/**
 * shinrai_appraise_arm() - what START and ARM said, once all records were judged
 * @a: the appraisal, after the boot was judged
 */
void shinrai_appraise_arm(struct appraise *a)
{
	check_own_pcrs(a);
	if (a->have_start)
		check_module(a);
	if (a->now.start_nonzero)
		shinrai_appraise_why(a, SHINRAI_WHY_START_NONZERO, "%s", "");
	if (!a->now.armed) {
		shinrai_appraise_why(a, SHINRAI_WHY_ARM_MISSING, "%s", "");
		return;
	}
	if (a->now.running_seen < a->now.running_want)
		shinrai_appraise_why(a, SHINRAI_WHY_RUNNING_COUNT,
				     "%llu of %llu",
				     (unsigned long long)a->now.running_seen,
				     (unsigned long long)a->now.running_want);
	/* Whatever a proven initramfs loaded is vouched for with it. */
	if (a->now.modules && !a->boot_proven)
		shinrai_appraise_why(a, SHINRAI_WHY_MODULE_EARLY,
				     "%llu modules",
				     (unsigned long long)a->now.modules);
	if (!a->in->digests || !a->in->digests->allows)
		shinrai_appraise_why(a, SHINRAI_WHY_DIGESTS_MISSING, "%s", "");
}
