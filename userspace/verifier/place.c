// SPDX-License-Identifier: MIT
/*
 * Where a device is among the others: its group, and its own policy.  A move takes
 * effect once no question is under way, and is shown at once.
 */
#include <stdlib.h>

#include "fleet.h"

/**
 * place_drop() - where a device was moved to does not take effect
 * @d: the device
 */
void place_drop(struct device *d)
{
	struct device_place *m = d->move;

	d->move = NULL;
	if (!m)
		return;
	free(m->policy);
	free(m->group);
	free(m);
}

/**
 * place_take() - where a device was moved to takes effect
 * @d: the device, which has a move, and of which no question is under way
 */
void place_take(struct device *d)
{
	const struct device_place old = { d->r.policy, d->r.group };

	d->r.policy = d->move->policy;
	d->r.group = d->move->group;
	*d->move = old;
	place_drop(d);
}

/**
 * fleet_move() - a device belongs to another group, or has another policy of its own
 * @d: the device; its past, and the place in its log, stay
 * @policy: as they are kept
 * @group: likewise
 *
 * Return: 0; -ENOMEM.
 */
int fleet_move(struct device *d, const char *policy, const char *group)
{
	struct device_place *m = calloc(1, sizeof(*m));

	if (m) {
		m->policy = strdup(policy);
		m->group = strdup(group);
	}
	place_drop(d);
	d->move = m;
	if (!m)
		return -ENOMEM;
	if (!m->policy || !m->group) {
		place_drop(d);
		return -ENOMEM;
	}
	if (!d->question)
		fleet_apply(d);
	return 0;
}

/* What is kept, also while a question of before is under way. */
static struct device_place place(const struct device *d)
{
	const struct device_record *r = d->renewal ? d->renewal : &d->r;

	return d->move ? *d->move :
			 (struct device_place){ r->policy, r->group };
}

/**
 * fleet_group() - the group of a device, as it is kept
 * @d: the device
 *
 * Return: its name, as long as it stays there.
 */
const char *fleet_group(const struct device *d)
{
	return place(d).group;
}

/**
 * fleet_own_policy() - the policy of a device's own, as it is kept
 * @d: the device
 *
 * Return: its name, as long as it has that; "" for none.
 */
const char *fleet_own_policy(const struct device *d)
{
	return place(d).policy;
}

/**
 * fleet_policy() - what a device is held against, by the policies of now
 * @d: the device
 *
 * Return: as policies_choose().
 */
struct policy_choice fleet_policy(const struct device *d)
{
	const struct device_place p = place(d);

	return policies_choose(d->fleet->policies, p.policy, p.group);
}

/**
 * fleet_has_group() - is there a group?
 * @f: the fleet
 * @name: of the group
 *
 * Return: whether the configuration has it, or a device is in it.
 */
bool fleet_has_group(const struct fleet *f, const char *name)
{
	const struct device *d;

	if (conf_has_group(f->policies->of, name))
		return true;
	TAILQ_FOREACH(d, &f->devices, link) {
		if (!strcmp(fleet_group(d), name))
			return true;
	}
	return false;
}

/**
 * fleet_count() - how many devices stand how
 * @f: the fleet
 * @group: of one group only; NULL: all
 * @count: out, of each state that is shown
 */
void fleet_count(const struct fleet *f, const char *group,
		 u64 count[DEVICE_STATES])
{
	struct device_standing st;
	const struct device *d;

	memset(count, 0, DEVICE_STATES * sizeof(*count));
	TAILQ_FOREACH(d, &f->devices, link) {
		if (group && strcmp(fleet_group(d), group))
			continue;
		fleet_standing(d, &st);
		count[st.state]++;
	}
}

/**
 * fleet_count_groups() - how many devices of each group stand how
 * @f: the fleet
 * @count: out, of each group of the configuration, in the order of
 *         conf_group_name(); devices of other groups are not counted
 */
void fleet_count_groups(const struct fleet *f, u64 (*count)[DEVICE_STATES])
{
	const struct conf *conf = f->policies->of;
	const size_t n = conf_group_count(conf);
	struct device_standing st;
	const struct device *d;
	size_t i;

	memset(count, 0, n * sizeof(*count));
	TAILQ_FOREACH(d, &f->devices, link) {
		i = conf_group_index(conf, fleet_group(d));
		if (i == n)
			continue;
		fleet_standing(d, &st);
		count[i][st.state]++;
	}
}

/**
 * place_fault() - what is wrong with where a device is to be
 * @f: the fleet
 * @policy: its own; "" none
 * @group: that it is to belong to
 *
 * Return: words for the admin; NULL: it can be judged there.
 */
const char *place_fault(const struct fleet *f, const char *policy,
			const char *group)
{
	const struct policy_choice c =
		policies_choose(f->policies, policy, group);

	if (!conf_has_group(f->policies->of, group))
		return "group: the verifier's configuration has none of this "
		       "name";
	if (!c.from)
		return "policy: is needed, as neither the group nor the group "
		       "\"default\" has one";
	return c.policy ? NULL :
			  "policy: the verifier's configuration has none of "
			  "this name";
}
