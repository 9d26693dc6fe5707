// SPDX-License-Identifier: MIT
/* Events of data handling, read strictly: PROTOCOL.md 2.9. */
#include <shinrai/flow.h>

/* Return: the field, withheld or not, or NULL. */
static const struct shinrai_field *field_of(const struct shinrai_event *ev,
					    u8 id)
{
	unsigned int i;

	for (i = 0; i < ev->nfields; i++) {
		if (ev->field[i].id == id)
			return &ev->field[i];
	}
	return NULL;
}

/**
 * shinrai_fields_check() - has an event what it must have?
 * @ev: the event
 * @rules: of the fields that are looked at; others are left alone
 * @n: their number
 * @id: out on error, the first field that is not as it must be
 *
 * Return: 0; -ENOENT for one that is not there; -EBADMSG for one of another
 * size.
 */
int shinrai_fields_check(const struct shinrai_event *ev,
			 const struct shinrai_field_rule *rules, size_t n,
			 u8 *id)
{
	const struct shinrai_field_rule *r;
	const struct shinrai_field *f;

	for (r = rules; r < rules + n; r++) {
		f = field_of(ev, r->id);
		*id = r->id;
		if (!f && r->must)
			return -ENOENT;
		if (!f || f->withheld)
			continue;
		if (!f->len || (r->size && f->len != r->size))
			return -EBADMSG;
	}
	return 0;
}

/**
 * shinrai_labels_parse() - the LABELS of an event
 * @ev: the event
 * @label: out, points into it
 * @n: out, their number, 1 to SHINRAI_MAX_LABELS
 *
 * Return: 0; -ENOENT without them; -EBADMSG.
 */
int shinrai_labels_parse(const struct shinrai_event *ev,
			 const struct shinrai_label_id **label, unsigned int *n)
{
	const struct shinrai_field *f =
		shinrai_event_field(ev, SHINRAI_FIELD_LABELS);
	const size_t size = sizeof(struct shinrai_label_id);

	if (!f)
		return -ENOENT;
	if (!f->len || f->len % size || f->len / size > SHINRAI_MAX_LABELS)
		return -EBADMSG;
	*label = (const struct shinrai_label_id *)f->data;
	*n = (unsigned int)(f->len / size);
	return 0;
}

static bool zero(const void *p, size_t len)
{
	const u8 *b = p;

	while (len && !b[len - 1])
		len--;
	return !len;
}

/* What belongs to another kind of sink is zero in this one. */
static bool sink_valid(const struct shinrai_sink_view *v)
{
	const struct shinrai_sink *s = &v->s;
	bool usb = !zero(s->vendor, 2) || !zero(s->product, 2);
	bool address = s->family || !zero(s->port, 2) || !zero(s->addr, 16);

	switch (s->kind) {
	case SHINRAI_SINK_INET:
		return !usb && !v->text.len &&
		       (s->family == 6 ||
			(s->family == 4 && zero(s->addr + 4, 12)));
	case SHINRAI_SINK_MEDIA:
		return !address && !s->proto;
	case SHINRAI_SINK_FILESYSTEM:
	case SHINRAI_SINK_LOCAL:
		return !usb && !address && !s->proto;
	case SHINRAI_SINK_OTHER:
		return !usb && !address;
	}
	return zero(s, sizeof(*s)) && !v->text.len;
}

/**
 * shinrai_sink_parse() - the value of a SINK field, PROTOCOL.md 2.9
 * @data: @len bytes, pointed into
 * @len: their number
 * @sink: out, only on success
 *
 * Return: 0; -EPROTONOSUPPORT for a kind not known here; -EBADMSG.
 */
int shinrai_sink_parse(const void *data, size_t len,
		       struct shinrai_sink_view *sink)
{
	struct shinrai_sink_view v;
	struct shinrai_rd r;

	shinrai_rd_init(&r, data, len);
	shinrai_rd_copy(&r, &v.s, sizeof(v.s));
	if (shinrai_rd_err(&r))
		return -EBADMSG;
	v.text.len = shinrai_rd_left(&r);
	v.text.p = shinrai_rd_bytes(&r, v.text.len);
	if (v.s.kind > SHINRAI_SINK_OTHER)
		return -EPROTONOSUPPORT;
	if (v.s.reserved || !sink_valid(&v))
		return -EBADMSG;
	*sink = v;
	return 0;
}

static const struct shinrai_field_rule rules[] = {
	{ SHINRAI_FIELD_COUNT, 8, true },
	{ SHINRAI_FIELD_OWNER, SHINRAI_DIGEST_SIZE, false },
	{ SHINRAI_FIELD_GENERATION, 8, false },
	{ SHINRAI_FIELD_LABELS, 0, true },
	{ SHINRAI_FIELD_ACTION, 1, true },
	{ SHINRAI_FIELD_VERDICT, 1, true },
	{ SHINRAI_FIELD_RULE, 4, true },
	{ SHINRAI_FIELD_BYTES, 8, true },
	{ SHINRAI_FIELD_WALL_TIME, 8, true },
	{ SHINRAI_FIELD_PROGRAM, SHINRAI_DIGEST_SIZE, false },
	{ SHINRAI_FIELD_SINK_KIND, 1, true },
	{ SHINRAI_FIELD_REFUSED, 1, true },
	{ SHINRAI_FIELD_PATH, 0, false },
	{ SHINRAI_FIELD_UID, 8, true },
	{ SHINRAI_FIELD_EXE, 0, false },
	{ SHINRAI_FIELD_CGROUP, 8, false },
	{ SHINRAI_FIELD_SINK, 0, false },
};

/* Of a field that was checked to be there, or that may not be: then 0. */
static u64 number(const struct shinrai_event *ev, u8 id, size_t size)
{
	u64 v = 0;

	shinrai_event_uint(ev, id, size, &v);
	return v;
}

static struct shinrai_bytes bytes(const struct shinrai_event *ev, u8 id)
{
	const struct shinrai_field *f = shinrai_event_field(ev, id);

	return f ? (struct shinrai_bytes){ f->data, f->len } :
		   (struct shinrai_bytes){ NULL, 0 };
}

static void take_public(const struct shinrai_event *ev, struct shinrai_flow *f)
{
	f->count = number(ev, SHINRAI_FIELD_COUNT, 8);
	f->bytes = number(ev, SHINRAI_FIELD_BYTES, 8);
	f->wall_ns = number(ev, SHINRAI_FIELD_WALL_TIME, 8);
	f->owner = bytes(ev, SHINRAI_FIELD_OWNER).p;
	f->generation = number(ev, SHINRAI_FIELD_GENERATION, 8);
	f->action = (u8)number(ev, SHINRAI_FIELD_ACTION, 1);
	f->verdict = (u8)number(ev, SHINRAI_FIELD_VERDICT, 1);
	f->sink_kind = (u8)number(ev, SHINRAI_FIELD_SINK_KIND, 1);
	f->refused = number(ev, SHINRAI_FIELD_REFUSED, 1);
	f->rule = (u32)number(ev, SHINRAI_FIELD_RULE, 4);
	f->program = bytes(ev, SHINRAI_FIELD_PROGRAM).p;
}

static void take_withholdable(const struct shinrai_event *ev,
			      struct shinrai_flow *f)
{
	u64 v;

	f->path = bytes(ev, SHINRAI_FIELD_PATH);
	f->exe = bytes(ev, SHINRAI_FIELD_EXE);
	f->have_uid = !shinrai_event_uint(ev, SHINRAI_FIELD_UID, 8, &v);
	if (f->have_uid) {
		f->uid = (u32)(v >> 32);
		f->login = (u32)v;
	}
	f->have_cgroup = !shinrai_event_uint(ev, SHINRAI_FIELD_CGROUP, 8, &v);
	if (f->have_cgroup)
		f->cgroup = v;
}

static bool own_label(const struct shinrai_flow *f)
{
	unsigned int i;

	for (i = 0; i < f->nlabels; i++) {
		if (!memcmp(f->label[i].owner, f->owner, SHINRAI_DIGEST_SIZE))
			return true;
	}
	return false;
}

/* Return: the field that contradicts another, 0 when none does. */
static u8 contradiction(const struct shinrai_event *ev,
			const struct shinrai_flow *f)
{
	if (!f->count)
		return SHINRAI_FIELD_COUNT;
	if (number(ev, SHINRAI_FIELD_REFUSED, 1) > 1)
		return SHINRAI_FIELD_REFUSED;
	if (f->refused && f->verdict != SHINRAI_VERDICT_DENY)
		return SHINRAI_FIELD_REFUSED;
	if (!f->owner != !shinrai_event_field(ev, SHINRAI_FIELD_GENERATION))
		return SHINRAI_FIELD_GENERATION;
	/* Without a policy there is no line of it, and nobody consented. */
	if (!f->owner && f->rule)
		return SHINRAI_FIELD_RULE;
	/* A policy speaks of its owner's labels only. */
	if (f->owner && !own_label(f))
		return SHINRAI_FIELD_OWNER;
	if (!field_of(ev, SHINRAI_FIELD_SINK) != !f->sink_kind)
		return SHINRAI_FIELD_SINK;
	return 0;
}

/* Return: the field whose value is not known here, 0 when all are. */
static u8 unknown(const struct shinrai_flow *f)
{
	if (!f->action || f->action >= SHINRAI_ACTIONS)
		return SHINRAI_FIELD_ACTION;
	if (!f->verdict || f->verdict > SHINRAI_VERDICT_DENY)
		return SHINRAI_FIELD_VERDICT;
	if (f->sink_kind > SHINRAI_SINK_OTHER)
		return SHINRAI_FIELD_SINK_KIND;
	return 0;
}

static int take_sink(const struct shinrai_event *ev, struct shinrai_flow *f)
{
	const struct shinrai_field *sink =
		shinrai_event_field(ev, SHINRAI_FIELD_SINK);
	int ret;

	if (!sink)
		return 0;
	ret = shinrai_sink_parse(sink->data, sink->len, &f->sink);
	if (!ret && f->sink.s.kind != f->sink_kind)
		ret = -EBADMSG;
	f->have_sink = !ret;
	return ret;
}

/**
 * shinrai_flow_parse() - take a FLOW event apart, PROTOCOL.md 2.9
 * @ev: pointed into
 * @f: out, only on success
 * @id: out on error, the field that is wrong
 *
 * Return: 0; -ENOENT for a field that is not there; -EPROTONOSUPPORT for a value
 * not known here; -EBADMSG.
 */
int shinrai_flow_parse(const struct shinrai_event *ev, struct shinrai_flow *f,
		       u8 *id)
{
	struct shinrai_flow out = { 0 };
	int ret;

	ret = shinrai_fields_check(ev, rules, ARRAY_SIZE(rules), id);
	if (ret)
		return ret;
	*id = SHINRAI_FIELD_LABELS;
	ret = shinrai_labels_parse(ev, &out.label, &out.nlabels);
	if (ret)
		return ret;
	take_public(ev, &out);
	take_withholdable(ev, &out);
	*id = unknown(&out);
	if (*id)
		return -EPROTONOSUPPORT;
	*id = contradiction(ev, &out);
	if (*id)
		return -EBADMSG;
	*id = SHINRAI_FIELD_SINK;
	ret = take_sink(ev, &out);
	if (ret)
		return ret;
	*f = out;
	return 0;
}
