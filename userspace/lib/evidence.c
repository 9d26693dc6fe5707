// SPDX-License-Identifier: MIT
/* Evidence codec: CMW collection in CBOR, PROTOCOL.md 4; nothing is copied. */
#include <cbor.h>
#include <stdlib.h>

#include <shinrai/evidence.h>

#define COLLECTION_KEY "__cmwc_t"
#define COLLECTION "tag:shinrai,2026:evidence-v1"
#define REPORT "tag:shinrai,2026:violations-v1"
#define MAX_KEYS 64
#define MAX_DEPTH 8

struct item_desc {
	const char *key;
	const char *media;
	size_t limit;
};

#define VND(name) "application/vnd.shinrai." name

static const struct item_desc items[SHINRAI_NITEMS] = {
	[SHINRAI_ITEM_ATTEST] = { "attest", VND("tpms-attest"),
				  SHINRAI_MAX_ITEM },
	[SHINRAI_ITEM_SIGNATURE] = { "signature", VND("tpmt-signature"),
				     SHINRAI_MAX_ITEM },
	[SHINRAI_ITEM_AK] = { "ak", VND("tpmt-public"), SHINRAI_MAX_ITEM },
	[SHINRAI_ITEM_CHALLENGE] = { "challenge", VND("challenge"),
				     SHINRAI_MAX_ITEM },
	[SHINRAI_ITEM_PCRS] = { "pcrs", VND("pcrs"), SHINRAI_MAX_ITEM },
	[SHINRAI_ITEM_LOG] = { "log", VND("cel-tlv"), SHINRAI_MAX_LOG },
	[SHINRAI_ITEM_IMA] = { "ima", VND("ima-binary"), SHINRAI_MAX_PEER_LOG },
	[SHINRAI_ITEM_FIRMWARE] = { "firmware", VND("firmware-log"),
				    SHINRAI_MAX_PEER_LOG },
	[SHINRAI_ITEM_MACHINE] = { "machine", "application/json",
				   SHINRAI_MAX_ITEM },
	[SHINRAI_ITEM_PAST] = { "past", VND("cel-tlv"), SHINRAI_MAX_PASTS },
	[SHINRAI_ITEM_SESSION] = { "session", "application/json",
				   SHINRAI_MAX_ITEM },
	[SHINRAI_ITEM_SESSION_SIGNATURE] = { "session-signature",
					     VND("session-signature"),
					     SHINRAI_MAX_ITEM },
};

/**
 * shinrai_item_key() - key of an item in the collection, PROTOCOL.md 4
 * @id: the item
 *
 * Return: static text.
 */
const char *shinrai_item_key(enum shinrai_item_id id)
{
	return items[id].key;
}

/**
 * shinrai_item_limit() - most bytes that an item may have, PROTOCOL.md 4
 * @id: the item
 *
 * Return: bytes.
 */
size_t shinrai_item_limit(enum shinrai_item_id id)
{
	return items[id].limit;
}

/* Writes CBOR heads and text into the frame; sticks when it is full. */
struct frame {
	u8 *p;
	size_t len;
	bool full;
};

static void frame_add(struct frame *f, size_t n)
{
	if (!n || n > SHINRAI_EVIDENCE_FRAME - f->len)
		f->full = true;
	else
		f->len += n;
}

static void frame_text(struct frame *f, const char *s)
{
	size_t n = strlen(s);

	frame_add(f, cbor_encode_string_start(n, f->p + f->len,
					      SHINRAI_EVIDENCE_FRAME - f->len));
	if (f->full || n > SHINRAI_EVIDENCE_FRAME - f->len) {
		f->full = true;
		return;
	}
	memcpy(f->p + f->len, s, n);
	f->len += n;
}

static void frame_item(struct frame *f, const struct item_desc *d, size_t len)
{
	frame_text(f, d->key);
	frame_add(f, cbor_encode_array_start(2, f->p + f->len,
					     SHINRAI_EVIDENCE_FRAME - f->len));
	frame_text(f, d->media);
	frame_add(f,
		  cbor_encode_bytestring_start(
			  len, f->p + f->len, SHINRAI_EVIDENCE_FRAME - f->len));
}

/**
 * shinrai_evidence_iov() - encode without copying the items
 * @ev: what to encode; absent items are left out
 * @frame: caller's, holds what stands between the items
 * @iov: out, points into @frame and the items; unused entries have length 0
 * @total: out, bytes of all entries
 *
 * Return: entries of @iov used; -EMSGSIZE for an item or a whole over the
 * limits of PROTOCOL.md 4.
 */
int shinrai_evidence_iov(const struct shinrai_evidence *ev,
			 u8 frame[SHINRAI_EVIDENCE_FRAME],
			 struct iovec iov[SHINRAI_EVIDENCE_IOV], size_t *total)
{
	struct frame f = { frame, 0, false };
	size_t keys = 1, sum = 0, from;
	int n = 0;
	unsigned int i;

	for (i = 0; i < SHINRAI_NITEMS; i++) {
		if (ev->item[i].len > items[i].limit)
			return -EMSGSIZE;
		keys += !!ev->item[i].data;
	}
	memset(iov, 0, SHINRAI_EVIDENCE_IOV * sizeof(*iov));
	frame_add(&f, cbor_encode_map_start(keys, f.p, SHINRAI_EVIDENCE_FRAME));
	frame_text(&f, COLLECTION_KEY);
	frame_text(&f, ev->report ? REPORT : COLLECTION);
	iov[n++] = (struct iovec){ f.p, f.len };
	sum = f.len;
	for (i = 0; i < SHINRAI_NITEMS; i++) {
		if (!ev->item[i].data)
			continue;
		from = f.len;
		frame_item(&f, &items[i], ev->item[i].len);
		iov[n++] = (struct iovec){ f.p + from, f.len - from };
		/* iovec has no const; nobody writes through it. */
		iov[n++] = (struct iovec){ (void *)(uintptr_t)ev->item[i].data,
					   ev->item[i].len };
		sum += f.len - from + ev->item[i].len;
	}
	if (f.full || sum > SHINRAI_MAX_EVIDENCE)
		return -EMSGSIZE;
	*total = sum;
	return n;
}

/**
 * shinrai_evidence_pack() - encode into one piece of memory
 * @ev: what to encode
 * @out: out, for free()
 * @out_len: out
 *
 * Return: 0; -EMSGSIZE; -ENOMEM.
 */
int shinrai_evidence_pack(const struct shinrai_evidence *ev, u8 **out,
			  size_t *out_len)
{
	struct iovec iov[SHINRAI_EVIDENCE_IOV];
	u8 frame[SHINRAI_EVIDENCE_FRAME];
	size_t total, at = 0;
	int n, i;
	u8 *buf;

	n = shinrai_evidence_iov(ev, frame, iov, &total);
	if (n < 0)
		return n;
	buf = malloc(total);
	if (!buf)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (iov[i].iov_len)
			memcpy(buf + at, iov[i].iov_base, iov[i].iov_len);
		at += iov[i].iov_len;
	}
	*out = buf;
	*out_len = total;
	return 0;
}

/* One CBOR data item head, with the bytes of a string. */
enum kind { BAD, OTHER, TEXT, BYTES, ARRAY, MAP, TAG };

struct token {
	enum kind kind;
	u64 n; /* bytes, elements or pairs */
	const u8 *p;
};

static void on_text(void *ctx, cbor_data p, size_t n)
{
	*(struct token *)ctx = (struct token){ TEXT, n, p };
}

static void on_bytes(void *ctx, cbor_data p, size_t n)
{
	*(struct token *)ctx = (struct token){ BYTES, n, p };
}

static void on_array(void *ctx, size_t n)
{
	*(struct token *)ctx = (struct token){ ARRAY, n, NULL };
}

static void on_map(void *ctx, size_t n)
{
	*(struct token *)ctx = (struct token){ MAP, n, NULL };
}

static void on_tag(void *ctx, uint64_t tag)
{
	(void)tag;
	*(struct token *)ctx = (struct token){ TAG, 1, NULL };
}

static void on_bool(void *ctx, bool v)
{
	(void)v;
	((struct token *)ctx)->kind = OTHER;
}

static void on_float(void *ctx, float v)
{
	(void)v;
	((struct token *)ctx)->kind = OTHER;
}

static void on_double(void *ctx, double v)
{
	(void)v;
	((struct token *)ctx)->kind = OTHER;
}

static void on_simple(void *ctx)
{
	((struct token *)ctx)->kind = OTHER;
}

static void on_int8(void *ctx, uint8_t v)
{
	(void)v;
	((struct token *)ctx)->kind = OTHER;
}

static void on_int16(void *ctx, uint16_t v)
{
	(void)v;
	((struct token *)ctx)->kind = OTHER;
}

static void on_int32(void *ctx, uint32_t v)
{
	(void)v;
	((struct token *)ctx)->kind = OTHER;
}

static void on_int64(void *ctx, uint64_t v)
{
	(void)v;
	((struct token *)ctx)->kind = OTHER;
}

/* Indefinite lengths and "break" leave the token BAD. */
static void on_refused(void *ctx)
{
	((struct token *)ctx)->kind = BAD;
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_int8,
	.uint16 = on_int16,
	.uint32 = on_int32,
	.uint64 = on_int64,
	.negint8 = on_int8,
	.negint16 = on_int16,
	.negint32 = on_int32,
	.negint64 = on_int64,
	.byte_string_start = on_refused,
	.byte_string = on_bytes,
	.string = on_text,
	.string_start = on_refused,
	.indef_array_start = on_refused,
	.array_start = on_array,
	.indef_map_start = on_refused,
	.map_start = on_map,
	.tag = on_tag,
	.float2 = on_float,
	.float4 = on_float,
	.float8 = on_double,
	.undefined = on_simple,
	.null = on_simple,
	.boolean = on_bool,
	.indef_break = on_refused,
};

struct in {
	const u8 *p;
	size_t len;
};

static struct token next(struct in *in)
{
	struct token t = { BAD, 0, NULL };
	struct cbor_decoder_result r;

	if (!in->len)
		return t;
	r = cbor_stream_decode(in->p, in->len, &callbacks, &t);
	if (r.status != CBOR_DECODER_FINISHED || r.read > in->len || !r.read)
		return (struct token){ BAD, 0, NULL };
	in->p += r.read;
	in->len -= r.read;
	return t;
}

/* Passes over one whole data item. */
static int skip(struct in *in)
{
	u64 left[MAX_DEPTH];
	unsigned int depth = 1;
	struct token t;

	left[0] = 1;
	while (depth) {
		if (!left[depth - 1]) {
			depth--;
			continue;
		}
		left[depth - 1]--;
		t = next(in);
		if (t.kind == BAD)
			return -EBADMSG;
		if (t.kind != ARRAY && t.kind != MAP && t.kind != TAG)
			continue;
		/* Each element takes a byte at least. */
		if (depth == MAX_DEPTH || t.n > in->len)
			return -EBADMSG;
		left[depth++] = t.kind == MAP ? 2 * t.n : t.n;
	}
	return 0;
}

static bool text_is(const struct token *t, const char *s)
{
	return t->kind == TEXT && t->n == strlen(s) && !memcmp(t->p, s, t->n);
}

static int parse_item(struct in *in, const struct item_desc *d,
		      struct shinrai_item *item)
{
	struct token t = next(in);

	if (t.kind != ARRAY || t.n != 2)
		return -EBADMSG;
	t = next(in);
	if (!text_is(&t, d->media))
		return -EBADMSG;
	t = next(in);
	if (t.kind != BYTES)
		return -EBADMSG;
	if (t.n > d->limit)
		return -EMSGSIZE;
	item->data = t.p;
	item->len = t.n;
	return 0;
}

static int parse_value(struct in *in, const struct token *key,
		       struct shinrai_evidence *ev, bool *typed)
{
	struct token t;
	unsigned int i;

	if (text_is(key, COLLECTION_KEY)) {
		t = next(in);
		if (t.kind != TEXT)
			return -EBADMSG;
		*typed = true;
		ev->report = text_is(&t, REPORT);
		return ev->report || text_is(&t, COLLECTION) ? 0 :
							       -EPROTONOSUPPORT;
	}
	for (i = 0; i < SHINRAI_NITEMS; i++) {
		if (text_is(key, items[i].key))
			return parse_item(in, &items[i], &ev->item[i]);
	}
	return skip(in);
}

/**
 * shinrai_evidence_parse() - decode a collection, PROTOCOL.md 4
 * @data: stays the caller's and must outlive @ev
 * @len: its bytes
 * @ev: out, only on success; points into @data
 *
 * Unknown keys are ignored, indefinite lengths, duplicate keys and trailing
 * bytes are refused.  A caller that reads from the network drops the session
 * item itself.
 *
 * Return: 0; -EBADMSG for anything malformed; -EMSGSIZE for an item or a
 * whole over the limits; -EPROTONOSUPPORT for another collection type.
 */
int shinrai_evidence_parse(const void *data, size_t len,
			   struct shinrai_evidence *ev)
{
	struct in in = { data, len };
	struct shinrai_evidence out = { 0 };
	struct token map, key[MAX_KEYS];
	bool typed = false;
	unsigned int i, k;
	int ret;

	if (len > SHINRAI_MAX_EVIDENCE)
		return -EMSGSIZE;
	map = next(&in);
	if (map.kind != MAP || map.n > MAX_KEYS)
		return -EBADMSG;
	for (i = 0; i < map.n; i++) {
		key[i] = next(&in);
		if (key[i].kind != TEXT)
			return -EBADMSG;
		for (k = 0; k < i; k++) {
			if (key[k].n == key[i].n &&
			    !memcmp(key[k].p, key[i].p, key[i].n))
				return -EBADMSG;
		}
		ret = parse_value(&in, &key[i], &out, &typed);
		if (ret)
			return ret;
	}
	if (in.len || !typed)
		return -EBADMSG;
	*ev = out;
	return 0;
}
