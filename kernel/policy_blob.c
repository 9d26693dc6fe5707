// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Is a policy blob what policy.h says, in every byte?  Pure. */
#include <shinrai/rd.h>

#include "decide.h"

/* The next table: @count elements of @size bytes. */
static const void *table(struct shinrai_rd *r, u32 count, size_t size)
{
	if (count > shinrai_rd_left(r) / size)
		shinrai_rd_fail(r, -EBADMSG);
	return shinrai_rd_bytes(r, count * size);
}

static int lay_out(struct shinrai_policy *p, struct shinrai_rd *r)
{
	const struct shinrai_policy_head *h = p->head;

	p->label = table(r, h->labels, sizeof(*p->label));
	p->pattern = table(r, h->patterns, sizeof(*p->pattern));
	p->group = table(r, h->groups, sizeof(*p->group));
	p->digest = table(r, h->digests, sizeof(*p->digest));
	p->sink = table(r, h->sinks, sizeof(*p->sink));
	p->condition = table(r, h->conditions, sizeof(*p->condition));
	p->grant = table(r, h->grants, sizeof(*p->grant));
	p->rule = table(r, h->rules, sizeof(*p->rule));
	p->shape = table(r, h->shapes, sizeof(*p->shape));
	p->entry = table(r, h->entries, sizeof(*p->entry));
	p->bucket = table(r, h->buckets, sizeof(*p->bucket));
	p->string = table(r, h->strings, 1);
	return shinrai_rd_end(r);
}

static bool is_zero(const void *data, size_t len)
{
	const u8 *b = data;

	while (len && !*b) {
		b++;
		len--;
	}
	return !len;
}

/* Bytes of the UTF-8 character at @s, of which @left are there; 0: not one. */
static size_t utf8(const u8 *s, size_t left)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;
	u32 c;

	if (*s < 0x80)
		return 1;
	n = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
	if (*s < 0xc2 || *s > 0xf4 || n > left)
		return 0;
	c = *s & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || c >> 11 == 0x1b)
		return 0;
	return c < 0xa0 ? 0 : n; /* control characters U+0080..U+009F */
}

/* A text of at least @least bytes and a NUL in @max. */
static bool text_ok(const void *data, size_t max, size_t least, size_t *len)
{
	const u8 *s = data;
	size_t i = 0, n;

	while (i < max && s[i]) {
		n = s[i] < ' ' || s[i] == 0x7f ? 0 : utf8(s + i, max - i);
		if (!n)
			return false;
		i += n;
	}
	*len = i;
	return i < max && i >= least;
}

static int check_strings(const struct shinrai_policy *p)
{
	size_t at = 0, left = p->head->strings, len;

	if (!left || *p->string)
		return -EBADMSG;
	for (; left; at += len + 1, left -= len + 1) {
		if (!text_ok(p->string + at, left, 0, &len) ||
		    len >= SHINRAI_POLICY_TEXT)
			return -EBADMSG;
	}
	return 0;
}

/* A reference to a text that begins there; to the first byte if it is "". */
static bool text_at(const struct shinrai_policy *p, u32 ref)
{
	return ref < p->head->strings &&
	       (!ref || (p->string[ref] && !p->string[ref - 1]));
}

/* The same, and it is not empty. */
static bool name_at(const struct shinrai_policy *p, u32 ref)
{
	return ref && text_at(p, ref);
}

/* Absolute, each part a name; see struct shinrai_policy_rule. */
static bool path_at(const struct shinrai_policy *p, u32 ref)
{
	const char *s = p->string + ref;
	u32 dots = 0, n = 0;

	if (!text_at(p, ref) || *s++ != '/')
		return false;
	if (!*s)
		return true;
	for (;; s++) {
		if (*s && *s != '/') {
			dots += *s == '.';
			n++;
			continue;
		}
		if (!n || (n <= 2 && dots == n))
			return false;
		if (!*s)
			return true;
		dots = 0;
		n = 0;
	}
}

static int check_head(const struct shinrai_policy_head *h, size_t len)
{
	const u32 flags = SHINRAI_POLICY_METERED | SHINRAI_POLICY_TIMED |
			  SHINRAI_POLICY_CGROUPS;
	size_t name;

	if (memcmp(h->magic, SHINRAI_POLICY_MAGIC, sizeof(h->magic)))
		return -EBADMSG;
	if (h->version != SHINRAI_POLICY_VERSION)
		return -EPROTONOSUPPORT;
	if (h->size != len || !h->generation || h->flags & ~flags)
		return -EBADMSG;
	if (!text_ok(h->name, sizeof(h->name), 1, &name) ||
	    !is_zero(h->name + name, sizeof(h->name) - name))
		return -EBADMSG;
	if (h->labels > SHINRAI_POLICY_LABELS ||
	    h->rules > SHINRAI_POLICY_RULES ||
	    h->shapes > SHINRAI_POLICY_SHAPES ||
	    h->grants > SHINRAI_POLICY_GRANTS)
		return -E2BIG;
	return 0;
}

static bool verdict_ok(u8 verdict)
{
	return verdict >= SHINRAI_VERDICT_ALLOW &&
	       verdict <= SHINRAI_VERDICT_DENY;
}

static int check_labels(const struct shinrai_policy *p)
{
	const struct shinrai_policy_label *l;
	u32 i, k;

	for (i = 0; i < p->head->labels; i++) {
		l = &p->label[i];
		if (!name_at(p, l->name) || l->otherwise[0])
			return -EBADMSG;
		for (k = 1; k < SHINRAI_ACTIONS; k++)
			if (!verdict_ok(l->otherwise[k]))
				return -EBADMSG;
		for (k = 0; k < i; k++)
			if (!memcmp(l->uuid, p->label[k].uuid, sizeof(l->uuid)))
				return -EBADMSG;
	}
	for (i = 0; i < p->head->patterns; i++)
		if (p->pattern[i].label >= p->head->labels ||
		    !name_at(p, p->pattern[i].text))
			return -EBADMSG;
	return 0;
}

static int check_groups(const struct shinrai_policy *p)
{
	const struct shinrai_policy_group *g = p->group;
	u32 i, k, next = 0;

	for (i = 0; i < p->head->groups; i++, g++) {
		if (!text_at(p, g->name) || g->first != next ||
		    g->count > p->head->digests - next)
			return -EBADMSG;
		next += g->count;
		for (k = g->first + 1; k < next; k++)
			if (memcmp(p->digest[k - 1], p->digest[k],
				   SHINRAI_DIGEST_SIZE) >= 0)
				return -EBADMSG;
	}
	return next == p->head->digests ? 0 : -EBADMSG;
}

static int check_grants(const struct shinrai_policy *p)
{
	const struct shinrai_policy_grant *g = p->grant;
	u32 i;

	for (i = 0; i < p->head->grants; i++, g++)
		if (g->label >= p->head->labels ||
		    g->group >= p->head->groups || g->reserved)
			return -EBADMSG;
	return 0;
}

/* ::ffff:0:0/96 and what is in it: an access to it counts as IPv4. */
static bool is_mapped(const struct shinrai_policy_sink *s)
{
	return s->family == 6 && s->prefix >= 96 && is_zero(s->addr, 10) &&
	       s->addr[10] == 0xff && s->addr[11] == 0xff;
}

static bool inet_ok(const struct shinrai_policy_sink *s)
{
	const u8 most = s->family == 6 ? 128 : s->family == 4 ? 32 : 0;
	const u8 whole = s->prefix / 8;

	if ((s->family && !most) || is_mapped(s))
		return false;
	if (s->prefix > most || s->port_first > s->port_last)
		return false;
	if (s->prefix % 8 && s->addr[whole] & (0xff >> s->prefix % 8))
		return false;
	return is_zero(s->addr + whole + !!(s->prefix % 8),
		       sizeof(s->addr) - whole - !!(s->prefix % 8)) &&
	       !s->vendor && !s->product && !s->exact && !s->text;
}

static bool media_ok(const struct shinrai_policy_sink *s)
{
	const u8 all = SHINRAI_MEDIA_VENDOR | SHINRAI_MEDIA_PRODUCT |
		       SHINRAI_MEDIA_SERIAL;

	return !(s->exact & ~all) &&
	       (!s->vendor || s->exact & SHINRAI_MEDIA_VENDOR) &&
	       (!s->product || s->exact & SHINRAI_MEDIA_PRODUCT) &&
	       (!s->text || s->exact & SHINRAI_MEDIA_SERIAL);
}

/* Nothing that only INET has. */
static bool not_inet(const struct shinrai_policy_sink *s)
{
	return !s->family && !s->prefix && !s->port_first && !s->port_last &&
	       is_zero(s->addr, sizeof(s->addr));
}

static bool sink_ok(const struct shinrai_policy_sink *s)
{
	if (s->kind == SHINRAI_SINK_INET)
		return inet_ok(s);
	if (!not_inet(s))
		return false;
	if (s->kind == SHINRAI_SINK_MEDIA)
		return !s->proto && media_ok(s);
	if (s->vendor || s->product || s->exact)
		return false;
	if (s->kind == SHINRAI_SINK_OTHER)
		return !s->text;
	return !s->proto && (s->kind == SHINRAI_SINK_FILESYSTEM ||
			     s->kind == SHINRAI_SINK_LOCAL);
}

static int check_sinks(const struct shinrai_policy *p)
{
	const struct shinrai_policy_sink *s = p->sink;
	u32 i;

	for (i = 0; i < p->head->sinks; i++, s++)
		if (!sink_ok(s) || !is_zero(s->reserved, sizeof(s->reserved)) ||
		    !text_at(p, s->text) || !text_at(p, s->name))
			return -EBADMSG;
	return 0;
}

static bool window_ok(const struct shinrai_policy_condition *c)
{
	return c->from < 1440 && c->until < 1440 &&
	       (c->from != c->until || !c->from) && c->days &&
	       c->days <= SHINRAI_POLICY_DAYS &&
	       is_zero(c->reserved, sizeof(c->reserved));
}

/* Return: the flags that the conditions ask for; -EBADMSG. */
static int check_conditions(const struct shinrai_policy *p)
{
	const struct shinrai_policy_condition *c = p->condition;
	u32 i, meters = 0;
	int flags = 0;
	bool counts;

	for (i = 0; i < p->head->conditions; i++, c++) {
		counts = c->max_bytes || c->max_uses;
		if (!window_ok(c) ||
		    c->meter != (counts ? meters : SHINRAI_POLICY_NONE) ||
		    (!counts && (c->per_s || !shinrai_policy_timed(c))))
			return -EBADMSG;
		meters += counts;
		if (counts)
			flags |= SHINRAI_POLICY_METERED;
		if (shinrai_policy_timed(c))
			flags |= SHINRAI_POLICY_TIMED;
	}
	return flags;
}

static bool subject_ok(const struct shinrai_policy *p,
		       const struct shinrai_policy_rule *r)
{
	switch (r->subject_kind) {
	case SHINRAI_SUBJECT_ANY:
		return !r->subject;
	case SHINRAI_SUBJECT_PROGRAM:
		return r->subject < p->head->groups;
	case SHINRAI_SUBJECT_USER:
		return true;
	case SHINRAI_SUBJECT_CGROUP:
		return path_at(p, r->subject);
	}
	return false;
}

/* Only what does not deny may count. */
static bool condition_ok(const struct shinrai_policy *p,
			 const struct shinrai_policy_rule *r)
{
	if (r->condition == SHINRAI_POLICY_NONE)
		return true;
	return r->condition < p->head->conditions &&
	       (r->verdict != SHINRAI_VERDICT_DENY ||
		p->condition[r->condition].meter == SHINRAI_POLICY_NONE);
}

/* Return: the flags that the rules ask for; -EBADMSG. */
static int check_rules(const struct shinrai_policy *p)
{
	const struct shinrai_policy_rule *r = p->rule;
	int flags = 0;
	u32 i;

	for (i = 0; i < p->head->rules; i++, r++) {
		if (!verdict_ok(r->verdict) || !r->action ||
		    r->action >= SHINRAI_ACTIONS || !subject_ok(p, r) ||
		    !condition_ok(p, r) || r->flags & ~SHINRAI_RULE_NOTIFY)
			return -EBADMSG;
		if (r->label >= p->head->labels &&
		    r->label != SHINRAI_POLICY_ANY_LABEL)
			return -EBADMSG;
		if (r->sink >= p->head->sinks && r->sink != SHINRAI_POLICY_NONE)
			return -EBADMSG;
		if (r->subject_kind == SHINRAI_SUBJECT_CGROUP)
			flags |= SHINRAI_POLICY_CGROUPS;
	}
	return flags;
}

/* Tables in the order in which they refer to each other. */
static int check_tables(const struct shinrai_policy *p)
{
	int err, conditions, rules;

	err = check_strings(p);
	if (!err)
		err = check_labels(p);
	if (!err)
		err = check_groups(p);
	if (!err)
		err = check_grants(p);
	if (!err)
		err = check_sinks(p);
	if (err)
		return err;
	conditions = check_conditions(p);
	if (conditions < 0)
		return conditions;
	rules = check_rules(p);
	if (rules < 0)
		return rules;
	if (p->head->flags != (u32)(conditions | rules))
		return -EBADMSG;
	return shinrai_policy_check_index(p);
}

/**
 * shinrai_policy_check() - make a blob usable
 * @p: out, only on success: where its tables are; they stay in @blob
 * @blob: the bytes, at an address that 8 divides
 * @len: how many
 *
 * Trusts nothing: afterwards every reference is in range, every text is one,
 * every rule is in the index under each key that it has, and what policy.h
 * calls zero is.  Takes time in proportion to @len, and a logarithm.
 *
 * Return: 0; -EBADMSG when it is not a policy; -EPROTONOSUPPORT for another
 * version; -E2BIG above the limits of policy.h; -EINVAL at a wrong address.
 */
int shinrai_policy_check(struct shinrai_policy *p, const void *blob, size_t len)
{
	struct shinrai_policy q;
	struct shinrai_rd r;
	int err;

	if ((uintptr_t)blob % 8)
		return -EINVAL;
	if (len > SHINRAI_POLICY_MAX)
		return -E2BIG;
	shinrai_rd_init(&r, blob, len);
	q.head = table(&r, 1, sizeof(*q.head));
	if (!q.head)
		return -EBADMSG;
	err = check_head(q.head, len);
	if (!err)
		err = lay_out(&q, &r);
	if (!err)
		err = check_tables(&q);
	if (!err)
		*p = q;
	return err;
}
