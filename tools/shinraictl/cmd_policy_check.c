// SPDX-License-Identifier: MIT
/* policy check: is a text a policy, and what of it is odd? */
#include "policy.h"

static void print(const struct policy_file *f)
{
	const struct shinrai_policy_head *h = f->p.head;

	printf("%s generation %llu: %u labels, %u programs, %u rules,"
	       " %u grants\n",
	       f->name, (unsigned long long)h->generation, h->labels, h->groups,
	       h->rules, h->grants);
}

int cmd_policy_check(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_opt opts[] = { { 0 } };
	CTL_POLICY f = { 0 };
	json_t *v;
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n)
		return ctl_usage(ctl, "policy check: which FILE?");
	ret = policy_read(&f, ctl, ctl->operands.v[0], NULL);
	if (ret)
		return ret;
	policy_print_notes(&f);
	if (!ctl->json) {
		print(&f);
		return ctl_flush_stdout(ctl);
	}
	v = policy_summary_json(&f);
	json_object_set_new(v, "notes", policy_notes_json(&f));
	return ctl_json_out(ctl, stdout, v);
}
