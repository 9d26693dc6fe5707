// SPDX-License-Identifier: MIT
/* A violation report for people: what happened, and what proves it. */
#include <shinrai/verdict.h>

#include "judge.h"

static void print_violation(const struct shinrai_violation *v,
			    const struct shinrai_flow_names *names)
{
	char text[SHINRAI_FLOW_WORDS], when[SHINRAI_TIME_NS];

	shinrai_flow_words(&v->flow, names, text);
	shinrai_time_ns_format(v->flow.wall_ns, when);
	printf("- %.19sZ record %llu: %s\n", when,
	       (unsigned long long)v->record, text);
}

/* Whoever made the report may have kept something back. */
static void print_left_out(const struct shinrai_appraisal *a)
{
	if (a->left_out_flow)
		printf("%llu other events of the flow PCR are not shown, so "
		       "there may be more violations\n",
		       (unsigned long long)a->left_out_flow);
	else
		printf("every event of the flow PCR is shown: there is no "
		       "other violation up to the quote\n");
}

void report_print(const struct shinrai_appraisal *a)
{
	struct shinrai_flow_names get;
	struct shinrai_names names;
	size_t i;

	shinrai_report_names(a, &names);
	get = shinrai_names_get(&names);
	printf("%zu violation%s\n", a->nviolations,
	       a->nviolations == 1 ? "" : "s");
	for (i = 0; i < a->nviolations; i++)
		print_violation(&a->violation[i], &get);
	if (a->have_quoted)
		print_left_out(a);
}
