/* SPDX-License-Identifier: MIT */
/* Inside of the policy printer: parts of statements, written to a stream. */
#ifndef SHINRAI_POLICY_FORMAT_H
#define SHINRAI_POLICY_FORMAT_H

#include <shinrai/policy_text.h>

/* What is said of a run of rules, or of one. */
struct pf_statement {
	const struct shinrai_policy_rule *first;
	u32 count; /* rules that it stands for */
	u8 actions; /* bit of each */
	u64 labels; /* bit of each; of ANY_LABEL none */
	u32 subjects;
	u32 sinks; /* of each subject; 1 too when it goes wherever to */
	bool plain; /* without the names of places */
};

/* In front of item @i of a list that has @per of them in a line. */
static inline void pf_space(FILE *f, u32 i, u32 per)
{
	fputs(i && !(i % per) ? " \\\n\t" : " ", f);
}

void shinrai_pf_name(FILE *f, const char *name);
void shinrai_pf_string(FILE *f, const char *text);
void shinrai_pf_labels(FILE *f, const struct shinrai_policy *p, u64 labels);
void shinrai_pf_program(FILE *f, const struct shinrai_policy *p, u32 group);
void shinrai_pf_prefix(FILE *f, const struct shinrai_policy_sink *s);
void shinrai_pf_device(FILE *f, const struct shinrai_policy *p,
		       const struct shinrai_policy_sink *s);
bool shinrai_pf_same_ports(const struct shinrai_policy_sink *a,
			   const struct shinrai_policy_sink *b);
void shinrai_pf_statement(FILE *f, const struct shinrai_policy *p,
			  const struct pf_statement *s);

#endif
