// SPDX-License-Identifier: MIT
/* The policies of one reading of the configuration: one is held while it is used. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "device.h"
#include "policy.h"

static void policies_free(struct policies *set)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		policy_free(&set->policy[i]);
	free(set->policy);
	conf_free(&set->conf);
	free(set);
}

/* @n grows with what is to be freed. */
static int load_all(struct policies *set, const struct conf *conf, char *err,
		    size_t errlen)
{
	struct timespec t;
	int ret = 0;

	set->policy = calloc(conf->npolicies + 1, sizeof(*set->policy));
	if (!set->policy) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	while (set->n < conf->npolicies && !ret) {
		ret = policy_load(&set->policy[set->n], &conf->policy[set->n],
				  err, errlen);
		set->n++;
	}
	clock_gettime(CLOCK_REALTIME, &t);
	set->loaded = (s64)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	return ret;
}

/**
 * policies_load() - read what all policies name, or none
 * @conf: what they are; stays where it is as long as the set; NULL: it is read, too
 * @path: with no @conf: its file
 * @out: out: held once, for policies_release()
 * @err: out on error: which file, and why
 * @errlen: its room
 *
 * Context: any thread; a million digests take about a second.
 *
 * Return: 0; -errno.
 */
int policies_load(const struct conf *conf, const char *path,
		  struct policies **out, char *err, size_t errlen)
{
	struct policies *set = calloc(1, sizeof(*set));
	int ret = 0;

	if (!set) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	if (!conf)
		ret = conf_load(&set->conf, path, err, errlen);
	set->of = conf ? conf : &set->conf;
	if (!ret)
		ret = load_all(set, set->of, err, errlen);
	if (ret) {
		policies_free(set);
		return ret;
	}
	set->holders = 1;
	*out = set;
	return 0;
}

/**
 * policies_hold() - use a set, for policies_release()
 * @set: that is held
 *
 * Context: the loop's thread.
 *
 * Return: @set.
 */
struct policies *policies_hold(struct policies *set)
{
	set->holders++;
	return set;
}

/**
 * policies_release() - use it no more
 * @set: is freed when nobody else holds it; NULL is none
 *
 * Context: the loop's thread.
 */
void policies_release(struct policies *set)
{
	if (set && !--set->holders)
		policies_free(set);
}

/**
 * policies_find() - the policy of a name
 * @set: that is held
 * @name: of the policy
 *
 * Return: the policy, as long as @set is held; NULL.
 */
const struct policy *policies_find(const struct policies *set, const char *name)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (!strcmp(set->policy[i].conf->name, name))
			return &set->policy[i];
	}
	return NULL;
}

static const char *policy_of_group(const struct policies *set, const char *name)
{
	const struct conf_devices *g = conf_group_of(set->of, name);

	return g ? g->policy.name : NULL;
}

/**
 * policies_choose() - the policy of a device
 * @set: that is held
 * @own: its own policy; "" none
 * @group: that it belongs to
 *
 * Its own one, else that of its group, else that of the group DEVICE_GROUP.  Of a
 * group that the configuration has not, nobody knows what it is to be held against.
 *
 * Return: the choice, as long as @set and @own are.
 */
struct policy_choice policies_choose(const struct policies *set,
				     const char *own, const char *group)
{
	struct policy_choice c = { .name = "" };
	const char *name = policy_of_group(set, group);

	if (*own) {
		c.name = own;
		c.from = "device";
	} else if (name) {
		c.name = name;
		c.from = "group";
	} else if (conf_has_group(set->of, group)) {
		name = policy_of_group(set, DEVICE_GROUP);
		c.name = name ?: "";
		c.from = name ? "default" : NULL;
	}
	if (c.from)
		c.policy = policies_find(set, c.name);
	return c;
}
