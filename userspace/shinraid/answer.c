// SPDX-License-Identifier: MIT
/* Evidence for one challenge; the logs in it are shared, not copied. */
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include <shinrai/abridge.h>
#include <shinrai/evidence.h>
#include <shinrai/hex.h>
#include <shinrai/version.h>

#include "../daemon/diag.h"
#include "net.h"

#define MAP_STEP ((size_t)16 << 20)

static struct diag_rate warnings = DIAG_RATE;

/**
 * answer_map_spool() - have all of the log that the parent spoke of in memory
 * @n: round.range is filled
 *
 * The log grows all the time, so only what lies in a range is sure to be there
 * when it is sent.
 *
 * Return: 0; -errno.
 */
int answer_map_spool(struct net *n)
{
	struct round *r = &n->round;
	size_t end = 0;
	struct blob *b;
	u64 i;

	for (i = 0; i < r->batch.size; i++) {
		if (r->range[i].offset + r->range[i].len > end)
			end = (size_t)(r->range[i].offset + r->range[i].len);
	}
	if (r->spool && end <= blob_size(r->spool))
		return 0;
	if (n->spool_fd < 0)
		return -ENOENT;
	/* Pages behind the end of the file become valid as it grows. */
	b = blob_map(n->spool_fd, (end / MAP_STEP + 1) * MAP_STEP);
	if (!b)
		return -errno;
	blob_put(r->spool);
	r->spool = b;
	return 0;
}

static void not_sent(const char *what, int err)
{
	diag_limited(&warnings, LOG_WARNING, "the %s log is not sent: %s", what,
		     strerror(err));
}

static struct blob *read_log(const char *what, int fd, u64 from, u64 *first)
{
	struct blob *b;

	if (fd < 0)
		return NULL;
	b = blob_read_tail(fd, from, SHINRAI_MAX_PEER_LOG, first);
	if (!b)
		not_sent(what, errno);
	return b;
}

static u64 ima_end(const struct round *r)
{
	return r->ima_first + blob_size(r->ima);
}

/* Return: the first byte of the IMA list that anyone in the batch wants. */
static u64 ima_lowest(const struct round *r, u64 end)
{
	u64 lowest = UINT64_MAX, wanted, i;

	for (i = 0; i < r->batch.size; i++) {
		if (!(r->batch.challenge[i]->items & ITEM_IMA))
			continue;
		wanted = round_ima_wanted(r, r->batch.challenge[i], end);
		if (wanted < lowest)
			lowest = wanted;
	}
	return lowest;
}

static void read_ima(struct round *r, int fd)
{
	u64 from, end = UINT64_MAX;

	/* Once more when the list turns out to end before a byte that is wanted. */
	do {
		from = ima_lowest(r, end);
		blob_put(r->ima);
		r->ima = read_log("IMA", fd, from, &r->ima_first);
		end = ima_end(r);
	} while (r->ima && ima_lowest(r, end) < from);
	if (r->ima && ima_lowest(r, end) < r->ima_first)
		not_sent("IMA", EFBIG);
}

static void read_firmware(struct round *r, int fd)
{
	u64 first;

	r->firmware = read_log("firmware", fd, 0, &first);
	if (!r->firmware || !first)
		return;
	blob_put(r->firmware);
	r->firmware = NULL;
	not_sent("firmware", EFBIG);
}

/**
 * answer_read_logs() - read what other logs this batch asks for, once
 * @n: round.batch is formed, its quote is done
 */
void answer_read_logs(struct net *n)
{
	struct round *r = &n->round;
	u32 items = 0;
	u64 i;

	for (i = 0; i < r->batch.size; i++)
		items |= r->batch.challenge[i]->items;
	if (items & ITEM_IMA)
		read_ima(r, n->start->ima);
	/* It ended when the kernel took over. */
	if (items & ITEM_FIRMWARE && !r->firmware)
		read_firmware(r, n->start->firmware);
}

/* Return: whether it gets the IMA list, from byte @from on. */
static bool ima_part(const struct round *r, const struct challenge *c,
		     u64 *from)
{
	if (!(c->items & ITEM_IMA) || !r->ima)
		return false;
	*from = round_ima_wanted(r, c, ima_end(r));
	return *from >= r->ima_first;
}

/* Return: whether it counts in the log of an earlier boot, from which it goes on. */
static bool wants_past(const struct round *r, const struct challenge *c)
{
	return !c->report && c->items & ITEM_LOG && c->boot_known &&
	       memcmp(c->boot_id, r->log.boot_id, sizeof(c->boot_id));
}

/*
 * Of which earlier boots there is a log, for who may know of them; the one that was
 * judged last is none of these when its log is not there any more.
 * Return: 0; -1: no memory, or they cannot be read.
 */
static int add_boots(json_t *to, const struct past *p,
		     const struct challenge *c)
{
	const int may = past_is_for(p, c->boot_id);
	char name[2 * SHINRAI_BOOT_ID_SIZE + 1];
	json_t *list = json_array();
	unsigned int i;
	int ret = may < 0 ? -1 : 0;

	for (i = 0; may > 0 && i < p->n && !ret; i++) {
		shinrai_hex_encode(p->boot[i].boot_id, SHINRAI_BOOT_ID_SIZE,
				   name);
		ret = json_array_append_new(list, json_string(name));
	}
	return json_object_set_new(to, "boots", list) || ret ? -1 : 0;
}

static char *machine(const struct net *n, u64 first, const struct challenge *c)
{
	const struct msg_synced *log = &n->round.log;
	const struct net_start *s = n->start;
	time_t now = time(NULL);
	char when[32] = "";
	struct tm tm;
	json_t *j;
	char *text;
	u64 from;

	if (gmtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	j = json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:I, s:{s:I, s:I}}",
		      "name", s->name, "kernel", s->kernel, "product",
		      s->product, "daemon", "shinraid " SHINRAI_VERSION, "abi",
		      SHINRAI_ABI_VERSION, "time", when, "log_first",
		      (json_int_t)first, "window", "ms",
		      (json_int_t)log->window_ms, "events",
		      (json_int_t)log->window_events);
	if (j && ima_part(&n->round, c, &from))
		json_object_set_new(j, "ima_first",
				    json_integer((json_int_t)from));
	if (j && wants_past(&n->round, c) && add_boots(j, &n->past, c)) {
		json_decref(j);
		return NULL;
	}
	if (j && c->report)
		json_object_set_new(
			j, "since",
			json_integer((json_int_t)round_wanted(&n->round, c)));
	text = j ? json_dumps(j, JSON_COMPACT) : NULL;
	json_decref(j);
	return text;
}

static void set(struct shinrai_evidence *ev, enum shinrai_item_id id,
		const void *data, size_t len)
{
	ev->item[id].data = data;
	ev->item[id].len = len;
}

static void set_quote(struct shinrai_evidence *ev, const struct msg_quoted *q)
{
	set(ev, SHINRAI_ITEM_ATTEST, q->attest, q->attest_len);
	set(ev, SHINRAI_ITEM_SIGNATURE, q->signature, q->signature_len);
	set(ev, SHINRAI_ITEM_AK, q->ak, q->ak_len);
	set(ev, SHINRAI_ITEM_PCRS, q->pcrs, q->pcrs_len);
}

static void set_logs(struct shinrai_evidence *ev, const struct round *r,
		     u64 index)
{
	const struct challenge *c = r->batch.challenge[index];
	const struct range *at = &r->range[index];
	u32 items = c->items;
	u64 from;

	if (items & ITEM_LOG && !ev->report)
		set(ev, SHINRAI_ITEM_LOG, blob_data(r->spool) + at->offset,
		    (size_t)at->len);
	if (ima_part(r, c, &from))
		set(ev, SHINRAI_ITEM_IMA,
		    blob_data(r->ima) + (from - r->ima_first),
		    (size_t)(ima_end(r) - from));
	if (items & ITEM_FIRMWARE && r->firmware)
		set(ev, SHINRAI_ITEM_FIRMWARE, blob_data(r->firmware),
		    blob_size(r->firmware));
}

static struct blob *shared(const struct round *r, const void *p)
{
	struct blob *const blobs[] = { r->spool, r->ima, r->firmware };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(blobs); i++) {
		if (blobs[i] && (const u8 *)p >= blob_data(blobs[i]) &&
		    (const u8 *)p < blob_data(blobs[i]) + blob_size(blobs[i]))
			return blobs[i];
	}
	return NULL;
}

static int put(struct evbuffer *body, const struct round *r,
	       const struct shinrai_evidence *ev)
{
	struct iovec iov[SHINRAI_EVIDENCE_IOV];
	u8 frame[SHINRAI_EVIDENCE_FRAME];
	struct blob *b;
	size_t total;
	int i, n, ret;

	n = shinrai_evidence_iov(ev, frame, iov, &total);
	if (n < 0)
		return n;
	for (i = 0; i < n; i++) {
		if (!iov[i].iov_len)
			continue;
		b = shared(r, iov[i].iov_base);
		ret = b ? blob_append(body, b, iov[i].iov_base,
				      iov[i].iov_len) :
			  evbuffer_add(body, iov[i].iov_base, iov[i].iov_len);
		if (ret)
			return -ENOMEM;
	}
	return 0;
}

/*
 * The log of a report: without what is none of its reader's business.
 * Return: 0, and then @log is for free(); -EMSGSIZE; -EIO; -ENOMEM.
 */
static int abridge(struct shinrai_evidence *ev, const struct round *r,
		   u64 index, u8 **log)
{
	const struct challenge *c = r->batch.challenge[index];
	const struct range *at = &r->range[index];
	size_t len;
	int ret;

	if (!at->len)
		return -EMSGSIZE;
	ret = shinrai_abridge(blob_data(r->spool) + at->offset, (size_t)at->len,
			      round_wanted(r, c), SHINRAI_MAX_ANSWER_LOG, log,
			      &len);
	if (!ret)
		set(ev, SHINRAI_ITEM_LOG, *log, len);
	return ret;
}

/*
 * @past: out, for free().  Where there is none the answer has none; else it would not be
 * asked for again.  Return: 0; -ENOMEM; -errno.
 */
static int set_past(struct shinrai_evidence *ev, struct net *n,
		    const struct challenge *c, u8 **past)
{
	size_t len;
	int ret;

	if (!wants_past(&n->round, c))
		return 0;
	ret = past_read(&n->past, c->boot_id, c->from, SHINRAI_MAX_PAST, past,
			&len);
	if (!ret)
		set(ev, SHINRAI_ITEM_PAST, *past, len);
	return ret == -ENODATA ? 0 : ret;
}

/**
 * answer_build() - evidence, or a report, for one challenge of the batch
 * @n: quote, log and ranges are there
 * @index: which challenge
 * @body: appended to; undefined on error
 *
 * Return: 0; -EMSGSIZE when it exceeds the limits of PROTOCOL.md 4; -ENOMEM; -errno of
 * reading what earlier boots recorded.
 */
int answer_build(struct net *n, u64 index, struct evbuffer *body)
{
	struct round *r = &n->round;
	const struct challenge *c = r->batch.challenge[index];
	struct shinrai_evidence ev = { .report = c->report };
	u8 *log = NULL, *past = NULL;
	u8 item[SHINRAI_CHALLENGE_MAX];
	struct shinrai_wr w;
	char *text = NULL;
	int ret;

	shinrai_wr_init(&w, item, sizeof(item));
	ret = shinrai_challenge_encode(&w, &c->c);
	if (ret)
		return ret;
	set_quote(&ev, &r->quoted);
	set(&ev, SHINRAI_ITEM_CHALLENGE, item, w.len);
	set_logs(&ev, r, index);
	ret = set_past(&ev, n, c, &past);
	if (c->report)
		ret = abridge(&ev, r, index, &log);
	if (!ret && c->items & ITEM_MACHINE) {
		text = machine(n, r->range[index].first, c);
		if (text)
			set(&ev, SHINRAI_ITEM_MACHINE, text, strlen(text));
		else
			ret = -ENOMEM;
	}
	if (!ret)
		ret = put(body, r, &ev);
	free(text);
	free(log);
	free(past);
	return ret;
}
