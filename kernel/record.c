// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Records and events of the measurement log; pure, shared with user space. */
#include <shinrai/record.h>

#define FIELD_PREFIX 0x02 /* PROTOCOL.md 2.3 */
#define LEAF_PREFIX 0x00 /* RFC 9162 2.1.1 */

static bool redactable(u8 id)
{
	return id & SHINRAI_FIELD_REDACTABLE;
}

/**
 * shinrai_field_commit() - commitment of a redactable field, PROTOCOL.md 2.3
 * @id: field id
 * @salt: fresh random bytes, never used twice
 * @data: the value
 * @len: its bytes
 * @commitment: out
 */
void shinrai_field_commit(u8 id, const u8 salt[SHINRAI_SALT_SIZE],
			  const void *data, size_t len,
			  u8 commitment[SHINRAI_DIGEST_SIZE])
{
	u8 head[2 + SHINRAI_SALT_SIZE] = { FIELD_PREFIX, id };
	struct shinrai_sha256 c;

	memcpy(head + 2, salt, SHINRAI_SALT_SIZE);
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, head, sizeof(head));
	shinrai_sha256_update(&c, data, len);
	shinrai_sha256_final(&c, commitment);
}

static bool field_valid(const struct shinrai_field *f, int prev)
{
	if (f->id <= prev)
		return false;
	if (f->withheld)
		return redactable(f->id) && f->len == SHINRAI_DIGEST_SIZE;
	return !redactable(f->id) || f->salt;
}

static bool event_valid(const struct shinrai_event *ev)
{
	unsigned int i;
	int prev = 0;

	if (ev->nfields > SHINRAI_MAX_FIELDS)
		return false;
	for (i = 0; i < ev->nfields; i++) {
		if (!field_valid(&ev->field[i], prev))
			return false;
		prev = ev->field[i].id;
	}
	return true;
}

/* One call for both: most of what hashing short fields costs is the calls. */
static void hash_u8_be16(struct shinrai_sha256 *c, u8 first, u16 v)
{
	const u8 b[3] = { first, (u8)(v >> 8), (u8)v };

	shinrai_sha256_update(c, b, sizeof(b));
}

/**
 * shinrai_event_leaf() - leaf hash of one event, PROTOCOL.md 2.3
 * @ev: fields with ascending ids; withheld ones count by their commitment
 * @leaf: out
 *
 * Return: 0; -EINVAL for an event that cannot be encoded.
 */
int shinrai_event_leaf(const struct shinrai_event *ev,
		       u8 leaf[SHINRAI_TREE_HASH])
{
	u8 commitment[1 + SHINRAI_DIGEST_SIZE]; /* after the field's id */
	const struct shinrai_field *f;
	struct shinrai_sha256 c;

	if (!event_valid(ev))
		return -EINVAL;
	shinrai_sha256_init(&c);
	hash_u8_be16(&c, LEAF_PREFIX, ev->type);
	for (f = ev->field; f < ev->field + ev->nfields; f++) {
		if (!redactable(f->id)) {
			hash_u8_be16(&c, f->id, f->len);
			shinrai_sha256_update(&c, f->data, f->len);
			continue;
		}
		if (!f->withheld)
			shinrai_field_commit(f->id, f->salt, f->data, f->len,
					     commitment + 1);
		else
			memcpy(commitment + 1, f->data, SHINRAI_DIGEST_SIZE);
		commitment[0] = f->id;
		shinrai_sha256_update(&c, commitment, sizeof(commitment));
	}
	shinrai_sha256_final(&c, leaf);
	return 0;
}

static size_t field_size(const struct shinrai_field *f)
{
	size_t salt = redactable(f->id) && !f->withheld ? SHINRAI_SALT_SIZE : 0;

	return 4 + salt + f->len;
}

/**
 * shinrai_event_encode() - write one event TLV, PROTOCOL.md 2.3
 * @w: counts when it has no buffer
 * @ev: as for shinrai_event_leaf()
 *
 * Return: 0; -EINVAL; -EMSGSIZE above SHINRAI_MAX_EVENT; -ENOSPC.
 */
int shinrai_event_encode(struct shinrai_wr *w, const struct shinrai_event *ev)
{
	const struct shinrai_field *f;
	size_t len = 2;

	if (!event_valid(ev))
		return -EINVAL;
	for (f = ev->field; f < ev->field + ev->nfields; f++)
		len += field_size(f);
	if (len > SHINRAI_MAX_EVENT)
		return -EMSGSIZE;
	shinrai_wr_u8(w, SHINRAI_TLV_EVENT);
	shinrai_wr_be32(w, (u32)len);
	shinrai_wr_be16(w, ev->type);
	for (f = ev->field; f < ev->field + ev->nfields; f++) {
		shinrai_wr_u8(w, f->id);
		shinrai_wr_u8(w, f->withheld);
		shinrai_wr_be16(w, (u16)(field_size(f) - 4));
		if (redactable(f->id) && !f->withheld)
			shinrai_wr_bytes(w, f->salt, SHINRAI_SALT_SIZE);
		shinrai_wr_bytes(w, f->data, f->len);
	}
	return w->err;
}

static void field_read(struct shinrai_rd *r, struct shinrai_field *f)
{
	u8 form;
	u16 len;

	f->id = shinrai_rd_u8(r);
	form = shinrai_rd_u8(r);
	len = shinrai_rd_be16(r);
	f->withheld = form;
	f->salt = NULL;
	if (form > 1)
		shinrai_rd_fail(r, -EBADMSG);
	if (redactable(f->id) && !form) {
		f->salt = shinrai_rd_bytes(r, SHINRAI_SALT_SIZE);
		if (len < SHINRAI_SALT_SIZE)
			shinrai_rd_fail(r, -EBADMSG);
		len -= SHINRAI_SALT_SIZE;
	}
	f->len = len;
	f->data = shinrai_rd_bytes(r, len);
}

/**
 * shinrai_event_next() - read one event TLV
 * @events: from shinrai_content_parse()
 * @ev: out; points into the input; undefined on error
 *
 * Return: 1 with an event; 0 at the end; -EBADMSG.
 */
int shinrai_event_next(struct shinrai_rd *events, struct shinrai_event *ev)
{
	struct shinrai_rd r;
	u8 type;
	u32 len;

	if (!shinrai_rd_left(events))
		return shinrai_rd_err(events);
	type = shinrai_rd_u8(events);
	len = shinrai_rd_be32(events);
	if (type != SHINRAI_TLV_EVENT || len > SHINRAI_MAX_EVENT)
		shinrai_rd_fail(events, -EBADMSG);
	r = shinrai_rd_sub(events, len);
	ev->type = shinrai_rd_be16(&r);
	ev->nfields = 0;
	while (shinrai_rd_left(&r)) {
		if (ev->nfields == SHINRAI_MAX_FIELDS) {
			shinrai_rd_fail(&r, -EBADMSG);
			break;
		}
		field_read(&r, &ev->field[ev->nfields++]);
	}
	if (shinrai_rd_err(&r) || !event_valid(ev))
		shinrai_rd_fail(events, -EBADMSG);
	return shinrai_rd_err(events) ? shinrai_rd_err(events) : 1;
}

/**
 * shinrai_event_field() - look up a field that is present and not withheld
 * @ev: an event
 * @id: enum shinrai_field_id
 *
 * Return: the field, or NULL.
 */
const struct shinrai_field *shinrai_event_field(const struct shinrai_event *ev,
						u8 id)
{
	unsigned int i;

	for (i = 0; i < ev->nfields; i++) {
		if (ev->field[i].id == id && !ev->field[i].withheld)
			return &ev->field[i];
	}
	return NULL;
}

/**
 * shinrai_event_uint() - value of an unsigned field of exactly @size bytes
 * @ev: an event
 * @id: enum shinrai_field_id
 * @size: 1, 2, 4 or 8
 * @value: out, only on success
 *
 * Return: 0; -ENOENT when absent or withheld; -EBADMSG for another size.
 */
int shinrai_event_uint(const struct shinrai_event *ev, u8 id, size_t size,
		       u64 *value)
{
	const struct shinrai_field *f = shinrai_event_field(ev, id);
	struct shinrai_rd r;

	if (!f)
		return -ENOENT;
	if (f->len != size)
		return -EBADMSG;
	shinrai_rd_init(&r, f->data, f->len);
	*value = shinrai_rd_be(&r, (unsigned int)size);
	return 0;
}

/**
 * shinrai_header_encode() - header TLV; the record's digests are taken of it
 * @h: the header
 * @out: out, T, L and V
 */
void shinrai_header_encode(const struct shinrai_header *h,
			   u8 out[SHINRAI_HEADER_TLV])
{
	struct shinrai_wr w;

	shinrai_wr_init(&w, out, SHINRAI_HEADER_TLV);
	shinrai_wr_u8(&w, SHINRAI_TLV_HEADER);
	shinrai_wr_be32(&w, SHINRAI_HEADER_SIZE);
	shinrai_wr_u8(&w, h->version);
	shinrai_wr_u8(&w, h->type);
	shinrai_wr_be16(&w, h->flags);
	shinrai_wr_be32(&w, h->pcr);
	shinrai_wr_bytes(&w, h->boot_id, sizeof(h->boot_id));
	shinrai_wr_be64(&w, h->recnum);
	shinrai_wr_be64(&w, h->time_ns);
	shinrai_wr_be32(&w, h->event_count);
	shinrai_wr_bytes(&w, h->root, sizeof(h->root));
}

static void put_tlv(struct shinrai_wr *w, u8 type, size_t len)
{
	shinrai_wr_u8(w, type);
	shinrai_wr_be32(w, (u32)len);
}

/**
 * shinrai_record_encode() - write one whole CEL record, PROTOCOL.md 2.1
 * @w: counts when it has no buffer; its err tells of a full one
 * @h: the header
 * @digests: one for each allocated bank
 * @ndigests: entries in @digests
 * @events: event TLVs, one after the other
 * @events_len: their bytes
 */
void shinrai_record_encode(struct shinrai_wr *w, const struct shinrai_header *h,
			   const struct shinrai_digest *digests,
			   unsigned int ndigests, const void *events,
			   size_t events_len)
{
	u8 header[SHINRAI_HEADER_TLV];
	size_t len = 0;
	unsigned int i;

	put_tlv(w, SHINRAI_CEL_RECNUM, 8);
	shinrai_wr_be64(w, h->recnum);
	put_tlv(w, SHINRAI_CEL_PCR, 1);
	shinrai_wr_u8(w, (u8)h->pcr);
	for (i = 0; i < ndigests; i++)
		len += SHINRAI_TLV_SIZE + digests[i].size;
	put_tlv(w, SHINRAI_CEL_DIGESTS, len);
	for (i = 0; i < ndigests; i++) {
		put_tlv(w, (u8)digests[i].alg, digests[i].size);
		shinrai_wr_bytes(w, digests[i].value, digests[i].size);
	}
	shinrai_header_encode(h, header);
	put_tlv(w, SHINRAI_CEL_CONTENT, sizeof(header) + events_len);
	shinrai_wr_bytes(w, header, sizeof(header));
	shinrai_wr_bytes(w, events, events_len);
}

static struct shinrai_rd get_tlv(struct shinrai_rd *r, u8 *type)
{
	u32 len;

	*type = shinrai_rd_u8(r);
	len = shinrai_rd_be32(r);
	return shinrai_rd_sub(r, len);
}

/* Unsigned integer of 1 to 8 bytes: other writers of CEL differ in width. */
static u64 get_uint(struct shinrai_rd *v)
{
	size_t n = shinrai_rd_left(v);

	if (!n || n > 8)
		shinrai_rd_fail(v, -EBADMSG);
	return shinrai_rd_be(v, (unsigned int)n);
}

static void get_digests(struct shinrai_rd *v, struct shinrai_record *rec)
{
	struct shinrai_digest *d;
	struct shinrai_rd one;
	unsigned int i;
	u8 alg;

	rec->ndigests = 0;
	while (shinrai_rd_left(v)) {
		one = get_tlv(v, &alg);
		if (rec->ndigests == SHINRAI_MAX_BANKS ||
		    shinrai_rd_left(&one) > SHINRAI_MAX_BANK_SIZE) {
			shinrai_rd_fail(v, -EBADMSG);
			return;
		}
		for (i = 0; i < rec->ndigests; i++) {
			if (rec->digest[i].alg == alg)
				shinrai_rd_fail(v, -EBADMSG);
		}
		d = &rec->digest[rec->ndigests++];
		d->alg = alg;
		d->size = (u8)shinrai_rd_left(&one);
		d->value = shinrai_rd_bytes(&one, d->size);
	}
}

/**
 * shinrai_record_next() - read one CEL-TLV record of any content type
 * @log: positioned at a record
 * @rec: out; points into the input; undefined on error
 *
 * TCG Canonical Event Log Format 1.0, 5.  Record number and index may be of
 * any width up to 8 bytes, the four TLVs must come in their order.
 *
 * Return: 1 with a record; 0 at the end; -EBADMSG.
 */
int shinrai_record_next(struct shinrai_rd *log, struct shinrai_record *rec)
{
	const u8 *start = log->p;
	struct shinrai_rd v;
	u64 index;
	u8 type;

	if (!shinrai_rd_left(log))
		return shinrai_rd_err(log);
	v = get_tlv(log, &type);
	rec->recnum = get_uint(&v);
	if (type != SHINRAI_CEL_RECNUM || shinrai_rd_end(&v))
		goto bad;
	v = get_tlv(log, &type);
	index = get_uint(&v);
	if (shinrai_rd_end(&v) || index > U32_MAX)
		goto bad;
	if (type != SHINRAI_CEL_PCR && type != SHINRAI_CEL_NV_INDEX)
		goto bad;
	rec->nv = type == SHINRAI_CEL_NV_INDEX;
	rec->index = (u32)index;
	v = get_tlv(log, &type);
	if (type != SHINRAI_CEL_DIGESTS || shinrai_rd_err(&v))
		goto bad;
	get_digests(&v, rec);
	if (shinrai_rd_end(&v))
		goto bad;
	v = get_tlv(log, &rec->content_type);
	rec->content_len = shinrai_rd_left(&v);
	rec->content = shinrai_rd_bytes(&v, rec->content_len);
	if (shinrai_rd_err(&v) || shinrai_rd_err(log))
		goto bad;
	rec->raw = start;
	rec->raw_len = (size_t)(log->p - start);
	return 1;
bad:
	shinrai_rd_fail(log, -EBADMSG);
	return -EBADMSG;
}

/**
 * shinrai_content_parse() - header and events of one of our records
 * @rec: a record of content type SHINRAI_CEL_CONTENT
 * @h: out
 * @header_tlv: out, the SHINRAI_HEADER_TLV bytes that the digests cover
 * @events: out, for shinrai_event_next()
 *
 * Return: 0; -EPROTONOSUPPORT for another format version; -EBADMSG.  Outputs
 * are undefined on error.
 */
int shinrai_content_parse(const struct shinrai_record *rec,
			  struct shinrai_header *h, const u8 **header_tlv,
			  struct shinrai_rd *events)
{
	struct shinrai_rd r, v;
	u8 type;

	if (rec->nv || rec->content_type != SHINRAI_CEL_CONTENT)
		return -EBADMSG;
	shinrai_rd_init(&r, rec->content, rec->content_len);
	*header_tlv = rec->content;
	v = get_tlv(&r, &type);
	if (shinrai_rd_err(&r) || type != SHINRAI_TLV_HEADER)
		return -EBADMSG;
	h->version = shinrai_rd_u8(&v);
	if (!shinrai_rd_err(&v) && h->version != SHINRAI_RECORD_VERSION)
		return -EPROTONOSUPPORT;
	h->type = shinrai_rd_u8(&v);
	h->flags = shinrai_rd_be16(&v);
	h->pcr = shinrai_rd_be32(&v);
	shinrai_rd_copy(&v, h->boot_id, sizeof(h->boot_id));
	h->recnum = shinrai_rd_be64(&v);
	h->time_ns = shinrai_rd_be64(&v);
	h->event_count = shinrai_rd_be32(&v);
	shinrai_rd_copy(&v, h->root, sizeof(h->root));
	if (shinrai_rd_end(&v) || h->flags)
		return -EBADMSG;
	*events = r;
	return 0;
}

/**
 * shinrai_record_check() - is this record of ours consistent in itself?
 * @rec: from shinrai_record_next()
 * @h: out, valid unless the fault is CONTENT_TYPE, SYNTAX or VERSION
 *
 * Checks everything but the bank digests, which need hashes that the pure
 * core does not have.
 *
 * Return: the first fault found, SHINRAI_FAULT_NONE when there is none.
 */
enum shinrai_fault shinrai_record_check(const struct shinrai_record *rec,
					struct shinrai_header *h)
{
	u8 leaf[SHINRAI_TREE_HASH];
	struct shinrai_event ev;
	struct shinrai_tree tree;
	struct shinrai_rd events;
	const u8 *header_tlv;
	int ret;

	if (rec->nv || rec->content_type != SHINRAI_CEL_CONTENT)
		return SHINRAI_FAULT_CONTENT_TYPE;
	ret = shinrai_content_parse(rec, h, &header_tlv, &events);
	if (ret)
		return ret == -EPROTONOSUPPORT ? SHINRAI_FAULT_VERSION :
						 SHINRAI_FAULT_SYNTAX;
	shinrai_tree_init(&tree);
	while ((ret = shinrai_event_next(&events, &ev)) > 0) {
		if (tree.size == SHINRAI_MAX_EVENTS)
			return SHINRAI_FAULT_COUNT;
		shinrai_event_leaf(&ev, leaf);
		shinrai_tree_add(&tree, leaf);
	}
	if (ret)
		return SHINRAI_FAULT_SYNTAX;
	if (h->recnum != rec->recnum)
		return SHINRAI_FAULT_RECNUM;
	if (h->pcr != rec->index)
		return SHINRAI_FAULT_PCR;
	if (tree.size != h->event_count)
		return SHINRAI_FAULT_COUNT;
	shinrai_tree_root(&tree, leaf);
	if (memcmp(leaf, h->root, sizeof(leaf)))
		return SHINRAI_FAULT_ROOT;
	return SHINRAI_FAULT_NONE;
}
