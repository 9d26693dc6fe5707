// SPDX-License-Identifier: MIT
/* Ways to lie: owners and policies. */
#include "mutations.h"

static struct forge_fields e;

static void require_both(struct forge *f)
{
	forge_plan_data(f);
	forge_policy_id(FORGE_ACME, 7, f->policy[0]);
	forge_policy_id(FORGE_BETA, 3, f->policy[1]);
	f->npolicies = 2;
}

static void require_older(struct forge *f)
{
	require_both(f);
	forge_policy_id(FORGE_BETA, 2, f->policy[1]);
}

static void require_replaced(struct forge *f)
{
	require_both(f);
	forge_add_policy(f, FORGE_BETA, 4);
}

static void require_revoked(struct forge *f)
{
	require_both(f);
	forge_add_owner(f, FORGE_BETA, 3, SHINRAI_OWNER_REVOKE);
}

static void require_observed(struct forge *f)
{
	require_both(f);
	/* The mode's change is the second event of this record. */
	forge_drop(f, 12);
	f->rec[12].number = f->rec[12].header_number = 12;
	f->rec[13].number = f->rec[13].header_number = 13;
}

static void require_unsaid_mode(struct forge *f)
{
	require_both(f);
	forge_state(&e, SHINRAI_REASON_MODE);
	forge_unput(&e, SHINRAI_FIELD_MODE);
	forge_add(forge_more(f, false), &e);
}

static void require_observe_mode(struct forge *f)
{
	require_both(f);
	forge_state(&e, SHINRAI_REASON_MODE);
	forge_put_uint(&e, SHINRAI_FIELD_MODE, SHINRAI_MODE_OBSERVE, 1);
	forge_add(forge_more(f, false), &e);
}

static void late_of_revoked(struct forge *f)
{
	forge_plan_data(f);
	forge_add_owner(f, FORGE_ACME, 3, SHINRAI_OWNER_REVOKE);
	forge_add_flow(f, FORGE_ACME, 7);
}

static void admitted_again(struct forge *f)
{
	forge_plan_data(f);
	forge_add_owner(f, FORGE_ACME, 3, SHINRAI_OWNER_REVOKE);
	forge_add_owner(f, FORGE_ACME, 4, SHINRAI_OWNER_ADMIT);
	forge_add_policy(f, FORGE_ACME, 8);
	forge_add_flow(f, FORGE_ACME, 8);
}

static void unknown_operation(struct forge *f)
{
	forge_plan_data(f);
	forge_add_owner(f, FORGE_BETA, 3, 9);
}

static void policy_of_stranger(struct forge *f)
{
	forge_plan_data(f);
	forge_policy(&e, FORGE_ACME, 8);
	forge_put(&e, SHINRAI_FIELD_OWNER, "01234567890123456789012345678901",
		  32);
	forge_add(forge_more(f, false), &e);
}

static void policy_first(struct forge *f)
{
	forge_plan_log(f);
	f->nrec--;
	forge_add_policy(f, FORGE_ACME, 7);
	forge_add_owner(f, FORGE_ACME, 1, SHINRAI_OWNER_ADMIT);
}

static void policy_of_revoked(struct forge *f)
{
	forge_plan_data(f);
	forge_add_owner(f, FORGE_ACME, 3, SHINRAI_OWNER_REVOKE);
	forge_add_policy(f, FORGE_ACME, 8);
}

static void policy_elsewhere(struct forge *f)
{
	forge_plan_data(f);
	forge_policy(&e, FORGE_ACME, 8);
	forge_put(&e, SHINRAI_FIELD_NAMESPACE, "beta", 4);
	forge_add(forge_more(f, false), &e);
}

static void policy_again(struct forge *f)
{
	forge_plan_data(f);
	forge_add_policy(f, FORGE_ACME, 7);
}

static void policy_older(struct forge *f)
{
	forge_plan_data(f);
	forge_add_policy(f, FORGE_ACME, 6);
}

/* Being admitted anew brings no old policy back. */
static void policy_older_after_admission(struct forge *f)
{
	forge_plan_data(f);
	forge_add_owner(f, FORGE_ACME, 3, SHINRAI_OWNER_REVOKE);
	forge_add_owner(f, FORGE_ACME, 4, SHINRAI_OWNER_ADMIT);
	forge_add_policy(f, FORGE_ACME, 7);
}

static void policy_without_digest(struct forge *f)
{
	forge_plan_data(f);
	forge_policy(&e, FORGE_ACME, 8);
	forge_unput(&e, SHINRAI_FIELD_DIGEST);
	forge_add(forge_more(f, false), &e);
}

static void owner_replayed(struct forge *f)
{
	forge_plan_data(f);
	forge_add_owner(f, FORGE_ACME, 2, SHINRAI_OWNER_ADMIT);
}

static void owner_of_taken_name(struct forge *f)
{
	forge_plan_data(f);
	forge_owner(&e, FORGE_ACME, 3, SHINRAI_OWNER_ADMIT);
	forge_put(&e, SHINRAI_FIELD_OWNER, "01234567890123456789012345678901",
		  32);
	forge_add(forge_more(f, false), &e);
}

static void owner_renamed(struct forge *f)
{
	forge_plan_data(f);
	forge_owner(&e, FORGE_ACME, 3, SHINRAI_OWNER_ADMIT);
	forge_put(&e, SHINRAI_FIELD_NAMESPACE, "acme2", 5);
	forge_add(forge_more(f, false), &e);
}

static void owner_revoked_twice(struct forge *f)
{
	forge_plan_data(f);
	forge_add_owner(f, FORGE_BETA, 3, SHINRAI_OWNER_REVOKE);
	forge_add_owner(f, FORGE_BETA, 4, SHINRAI_OWNER_REVOKE);
}

static void owner_name_hostile(struct forge *f)
{
	forge_plan_data(f);
	forge_owner(&e, FORGE_BETA, 3, SHINRAI_OWNER_ADMIT);
	forge_put(&e, SHINRAI_FIELD_NAMESPACE, "\33[2J", 4);
	forge_add(forge_more(f, false), &e);
}

static void policy_in_flow_pcr(struct forge *f)
{
	forge_plan_data(f);
	forge_policy(&e, FORGE_ACME, 8);
	forge_add(forge_more(f, true), &e);
}

#define BAD SHINRAI_UNTRUSTED
#define OPEN SHINRAI_UNKNOWN
#define GOOD SHINRAI_TRUSTED

const struct mutation mutations_owner[] = {
	{ "honest, policies are required", require_both, NULL, NULL, GOOD },
	{ "honest, revoked meanwhile", late_of_revoked, NULL, NULL, GOOD },
	{ "honest, admitted again", admitted_again, NULL, NULL, GOOD },
	{ "required policy is older", require_older, NULL, "policy-absent",
	  BAD },
	{ "required policy was replaced", require_replaced, NULL,
	  "policy-absent", BAD },
	{ "its owner was revoked", require_revoked, NULL, "policy-absent",
	  BAD },
	{ "required policy is observed", require_observed, NULL,
	  "policy-observed", BAD },
	{ "mode changed to nothing", require_unsaid_mode, NULL,
	  "policy-observed", BAD },
	{ "mode changed to observe", require_observe_mode, NULL,
	  "policy-observed", BAD },
	{ "policy without digest", policy_without_digest, NULL, "event-fields",
	  BAD },
	{ "namespace for a terminal", owner_name_hostile, NULL, "event-fields",
	  BAD },
	{ "unknown operation", unknown_operation, NULL, "event-values", OPEN },
	{ "policy of a stranger", policy_of_stranger, NULL, "policy-owner",
	  BAD },
	{ "policy before its owner", policy_first, NULL, "policy-owner", BAD },
	{ "policy of a revoked owner", policy_of_revoked, NULL, "policy-owner",
	  BAD },
	{ "policy in another namespace", policy_elsewhere, NULL,
	  "policy-namespace", BAD },
	{ "policy twice", policy_again, NULL, "policy-generation", BAD },
	{ "older policy", policy_older, NULL, "policy-generation", BAD },
	{ "older policy, admitted anew", policy_older_after_admission, NULL,
	  "policy-generation", BAD },
	{ "admission replayed", owner_replayed, NULL, "owner-generation", BAD },
	{ "namespace taken", owner_of_taken_name, NULL, "owner-order", BAD },
	{ "owner renamed", owner_renamed, NULL, "owner-order", BAD },
	{ "revoked twice", owner_revoked_twice, NULL, "owner-order", BAD },
	{ "policy in the flow PCR", policy_in_flow_pcr, NULL, "event-pcr",
	  BAD },
	{ 0 },
};
