// SPDX-License-Identifier: MIT
/* Abridged logs, both directions: PROTOCOL.md 2.10. */
#include <stdlib.h>

#include <shinrai/abridge.h>

/**
 * shinrai_abridge_violation() - is this event a violation, going by its looks?
 * @ev: the event
 *
 * Return: true for a denied flow, well-formed or not.
 */
bool shinrai_abridge_violation(const struct shinrai_event *ev)
{
	u64 v;

	return ev->type == SHINRAI_EVENT_FLOW &&
	       !shinrai_event_uint(ev, SHINRAI_FIELD_VERDICT, 1, &v) &&
	       v == SHINRAI_VERDICT_DENY;
}

/**
 * shinrai_abridge_keeps() - does an event go into a violation report?
 * @ev: the event
 * @wanted: it is of a record that was asked for
 *
 * What says whose log it is, which policies were in force, and what this boot
 * is worth goes into each.
 *
 * Return: true when it does.
 */
bool shinrai_abridge_keeps(const struct shinrai_event *ev, bool wanted)
{
	switch (ev->type) {
	case SHINRAI_EVENT_START:
	case SHINRAI_EVENT_ARM:
	case SHINRAI_EVENT_STATE:
	case SHINRAI_EVENT_OVERFLOW:
	case SHINRAI_EVENT_CHECKPOINT:
	case SHINRAI_EVENT_OWNER:
	case SHINRAI_EVENT_POLICY:
		return true;
	}
	return wanted && shinrai_abridge_violation(ev);
}

/* One TLV; an event when it is one, and then @ev is set. */
struct part {
	bool event;
	u8 leaf[SHINRAI_TREE_HASH];
	struct shinrai_event ev;
	const u8 *tlv;
	size_t len;
};

/* Return: 1 with a part; 0 at the end; -EBADMSG. */
static int part_next(struct shinrai_rd *events, struct part *p)
{
	struct shinrai_rd r = *events;
	const u8 *leaf;
	int ret;

	p->tlv = events->p;
	if (!shinrai_rd_left(events))
		return shinrai_rd_err(events);
	p->event = shinrai_rd_u8(&r) != SHINRAI_TLV_LEAF;
	if (p->event) {
		ret = shinrai_event_next(events, &p->ev);
		if (ret > 0)
			ret = shinrai_event_leaf(&p->ev, p->leaf) ?: 1;
		p->len = (size_t)(events->p - p->tlv);
		return ret;
	}
	if (shinrai_rd_be32(&r) != SHINRAI_TREE_HASH)
		shinrai_rd_fail(&r, -EBADMSG);
	leaf = shinrai_rd_bytes(&r, SHINRAI_TREE_HASH);
	if (!leaf) {
		shinrai_rd_fail(events, -EBADMSG);
		return -EBADMSG;
	}
	memcpy(p->leaf, leaf, sizeof(p->leaf));
	p->len = (size_t)(r.p - p->tlv);
	*events = r;
	return 1;
}

/**
 * shinrai_shown_next() - read the next event that is shown
 * @events: of a record, abridged or not
 * @ev: out; points into the input; undefined on error
 *
 * Return: 1 with an event; 0 at the end; -EBADMSG.
 */
int shinrai_shown_next(struct shinrai_rd *events, struct shinrai_event *ev)
{
	while (shinrai_rd_left(events) && *events->p == SHINRAI_TLV_LEAF)
		shinrai_rd_bytes(events, SHINRAI_TLV_SIZE + SHINRAI_TREE_HASH);
	return shinrai_event_next(events, ev);
}

/**
 * shinrai_abridged_check() - as shinrai_record_check(), for an abridged record
 * @rec: from shinrai_record_next()
 * @h: out, as there
 *
 * Leaves stand for events that were left out.  Without events and leaves the
 * record shows nothing, and what its root covers is not looked at.
 *
 * Return: as there.
 */
enum shinrai_fault shinrai_abridged_check(const struct shinrai_record *rec,
					  struct shinrai_header *h)
{
	struct shinrai_tree tree;
	struct shinrai_rd events;
	u8 root[SHINRAI_TREE_HASH];
	const u8 *header_tlv;
	struct part p;
	int ret;

	if (rec->nv || rec->content_type != SHINRAI_CEL_CONTENT)
		return SHINRAI_FAULT_CONTENT_TYPE;
	ret = shinrai_content_parse(rec, h, &header_tlv, &events);
	if (ret)
		return ret == -EPROTONOSUPPORT ? SHINRAI_FAULT_VERSION :
						 SHINRAI_FAULT_SYNTAX;
	shinrai_tree_init(&tree);
	while ((ret = part_next(&events, &p)) > 0) {
		if (tree.size == SHINRAI_MAX_EVENTS)
			return SHINRAI_FAULT_COUNT;
		shinrai_tree_add(&tree, p.leaf);
	}
	if (ret)
		return SHINRAI_FAULT_SYNTAX;
	if (h->recnum != rec->recnum)
		return SHINRAI_FAULT_RECNUM;
	if (h->pcr != rec->index)
		return SHINRAI_FAULT_PCR;
	if (!tree.size)
		return SHINRAI_FAULT_NONE;
	if (tree.size != h->event_count)
		return SHINRAI_FAULT_COUNT;
	shinrai_tree_root(&tree, root);
	return memcmp(root, h->root, sizeof(root)) ? SHINRAI_FAULT_ROOT :
						     SHINRAI_FAULT_NONE;
}

static void put_leaf(struct shinrai_wr *w, const u8 leaf[SHINRAI_TREE_HASH])
{
	shinrai_wr_u8(w, SHINRAI_TLV_LEAF);
	shinrai_wr_be32(w, SHINRAI_TREE_HASH);
	shinrai_wr_bytes(w, leaf, SHINRAI_TREE_HASH);
}

/*
 * Whether anything of a record is kept.  Most records have nothing of it, and
 * then no hash is taken.
 */
static int any_kept(struct shinrai_rd events, bool wanted)
{
	struct shinrai_event ev;
	int ret;

	while ((ret = shinrai_shown_next(&events, &ev)) > 0) {
		if (shinrai_abridge_keeps(&ev, wanted))
			return 1;
	}
	return ret;
}

static int put_events(struct shinrai_wr *w, struct shinrai_rd events,
		      bool wanted)
{
	struct part p;
	int ret = any_kept(events, wanted);

	if (ret <= 0)
		return ret;
	while ((ret = part_next(&events, &p)) > 0) {
		if (p.event && shinrai_abridge_keeps(&p.ev, wanted))
			shinrai_wr_bytes(w, p.tlv, p.len);
		else
			put_leaf(w, p.leaf);
	}
	return ret;
}

/* @buf: SHINRAI_MAX_RECORD bytes; a leaf may be longer than its event. */
static int put_record(struct shinrai_wr *w, const struct shinrai_record *rec,
		      u64 since, u8 *buf)
{
	size_t prefix = (size_t)(rec->content - rec->raw) - SHINRAI_TLV_SIZE;
	struct shinrai_wr content;
	struct shinrai_header h;
	struct shinrai_rd events;
	const u8 *header_tlv;
	int ret;

	ret = shinrai_content_parse(rec, &h, &header_tlv, &events);
	if (ret)
		return ret;
	shinrai_wr_init(&content, buf, SHINRAI_MAX_RECORD);
	ret = put_events(&content, events, h.recnum >= since);
	if (ret || content.err)
		return ret ? ret : -EMSGSIZE;
	shinrai_wr_bytes(w, rec->raw, prefix);
	shinrai_wr_u8(w, SHINRAI_CEL_CONTENT);
	shinrai_wr_be32(w, (u32)(SHINRAI_HEADER_TLV + content.len));
	shinrai_wr_bytes(w, header_tlv, SHINRAI_HEADER_TLV);
	shinrai_wr_bytes(w, content.buf, content.len);
	return 0;
}

/* Room for one more record of any size, within @max and as much as it takes. */
static int reserve(struct shinrai_wr *w, size_t max)
{
	size_t cap = w->cap ? 2 * w->cap : 4 * (size_t)SHINRAI_MAX_RECORD;
	u8 *more;

	if (w->len > max)
		return -EMSGSIZE;
	if (w->cap - w->len >= 2 * (size_t)SHINRAI_MAX_RECORD)
		return 0;
	more = realloc(w->buf, cap);
	if (!more)
		return -ENOMEM;
	w->buf = more;
	w->cap = cap;
	return 0;
}

/**
 * shinrai_abridge() - leave out what a violation report does not show
 * @log: whole records, from record 0 on
 * @len: its bytes
 * @since: violations of earlier records are left out, too
 * @max: bytes of the result at most
 * @out: out, for free(), NULL for an empty log; only on success
 * @out_len: out
 *
 * Return: 0; -EBADMSG; -EPROTONOSUPPORT for a record of another version;
 * -EMSGSIZE; -ENOMEM.
 */
int shinrai_abridge(const void *log, size_t len, u64 since, size_t max,
		    u8 **out, size_t *out_len)
{
	u8 *buf = malloc(SHINRAI_MAX_RECORD);
	struct shinrai_record rec;
	struct shinrai_wr w = { 0 };
	struct shinrai_rd rd;
	int ret = buf ? 0 : -ENOMEM, more = 1;

	shinrai_rd_init(&rd, log, len);
	while (!ret && (more = shinrai_record_next(&rd, &rec)) > 0) {
		ret = reserve(&w, max);
		if (!ret)
			ret = put_record(&w, &rec, since, buf);
	}
	if (!ret && (more < 0 || w.err))
		ret = -EBADMSG;
	if (!ret && w.len > max)
		ret = -EMSGSIZE;
	free(buf);
	if (ret) {
		free(w.buf);
		return ret;
	}
	*out = w.buf;
	*out_len = w.len;
	return 0;
}
