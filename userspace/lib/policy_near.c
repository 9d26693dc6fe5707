// SPDX-License-Identifier: MIT
/*
 * Why a rule does not match: the core is asked again, with one property of the
 * rule at a time taken away.
 */
#include <shinrai/policy_text.h>

/* One rule with what it refers to, to be changed. */
struct copy {
	struct shinrai_policy_rule rule;
	struct shinrai_policy_sink sink;
	struct shinrai_policy_condition condition;
};

static void any_subject(struct copy *c)
{
	c->rule.subject_kind = SHINRAI_SUBJECT_ANY;
	c->rule.subject = 0;
}

static void any_port(struct copy *c)
{
	c->sink.port_first = 0;
	c->sink.port_last = 65535;
}

static void any_protocol(struct copy *c)
{
	c->sink.proto = 0;
}

static void any_address(struct copy *c)
{
	c->sink.family = 0;
	c->sink.prefix = 0;
	memset(c->sink.addr, 0, sizeof(c->sink.addr));
}

static void any_product(struct copy *c)
{
	c->sink.exact &= SHINRAI_MEDIA_SERIAL;
	c->sink.vendor = 0;
	c->sink.product = 0;
}

static void any_serial(struct copy *c)
{
	c->sink.exact &= (u8)~SHINRAI_MEDIA_SERIAL;
	c->sink.text = 0;
}

static void any_destination(struct copy *c)
{
	c->rule.sink = SHINRAI_POLICY_NONE;
}

static void any_time(struct copy *c)
{
	c->condition.from = 0;
	c->condition.until = 0;
	c->condition.days = SHINRAI_POLICY_DAYS;
}

static void no_limit(struct copy *c)
{
	c->condition.max_bytes = 0;
	c->condition.max_uses = 0;
	c->condition.meter = SHINRAI_POLICY_NONE;
}

/* The narrowest first.  Another kind of destination is not near. */
static const struct {
	enum shinrai_policy_miss miss;
	u8 kind; /* of sinks, of rule and access, that have it; NONE: all */
	void (*remove)(struct copy *c);
} properties[] = {
	{ SHINRAI_MISS_SUBJECT, SHINRAI_SINK_NONE, any_subject },
	{ SHINRAI_MISS_PORT, SHINRAI_SINK_INET, any_port },
	{ SHINRAI_MISS_PROTOCOL, SHINRAI_SINK_INET, any_protocol },
	{ SHINRAI_MISS_ADDRESS, SHINRAI_SINK_INET, any_address },
	{ SHINRAI_MISS_PRODUCT, SHINRAI_SINK_MEDIA, any_product },
	{ SHINRAI_MISS_SERIAL, SHINRAI_SINK_MEDIA, any_serial },
	{ SHINRAI_MISS_DESTINATION, SHINRAI_SINK_FILESYSTEM, any_destination },
	{ SHINRAI_MISS_DESTINATION, SHINRAI_SINK_LOCAL, any_destination },
	{ SHINRAI_MISS_DESTINATION, SHINRAI_SINK_OTHER, any_destination },
	{ SHINRAI_MISS_TIME, SHINRAI_SINK_NONE, any_time },
	{ SHINRAI_MISS_LIMIT, SHINRAI_SINK_NONE, no_limit },
};

/* The copy is rule 0 of a policy with one sink and one condition. */
static void take(const struct shinrai_policy *p, u32 rule, struct copy *c,
		 struct shinrai_policy *q)
{
	memset(c, 0, sizeof(*c));
	c->rule = p->rule[rule];
	c->condition.meter = SHINRAI_POLICY_NONE;
	if (c->rule.sink != SHINRAI_POLICY_NONE) {
		c->sink = p->sink[c->rule.sink];
		c->rule.sink = 0;
	}
	if (c->rule.condition != SHINRAI_POLICY_NONE) {
		c->condition = p->condition[c->rule.condition];
		c->rule.condition = 0;
	}
	*q = *p;
	q->rule = &c->rule;
	q->sink = &c->sink;
	q->condition = &c->condition;
}

/**
 * shinrai_policy_misses() - what alone keeps a rule from matching?
 * @p: a checked policy
 * @rule: its index
 * @label: index of the label that is judged
 * @a: the access; limits are judged as if unused
 *
 * Return: NONE when it matches; the narrowest property without which it would;
 * MORE when no single one is enough.
 */
enum shinrai_policy_miss shinrai_policy_misses(const struct shinrai_policy *p,
					       u32 rule, u8 label,
					       const struct shinrai_access *a)
{
	struct shinrai_policy q;
	struct copy c;
	size_t i;

	if (shinrai_policy_matches(p, rule, label, a, NULL))
		return SHINRAI_MISS_NONE;
	for (i = 0; i < ARRAY_SIZE(properties); i++) {
		take(p, rule, &c, &q);
		if (properties[i].kind && (c.sink.kind != properties[i].kind ||
					   a->sink_kind != c.sink.kind))
			continue;
		properties[i].remove(&c);
		if (shinrai_policy_matches(&q, 0, label, a, NULL))
			return properties[i].miss;
	}
	return SHINRAI_MISS_MORE;
}
