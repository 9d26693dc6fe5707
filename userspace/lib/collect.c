// SPDX-License-Identifier: MIT
/* A log that is longer than an answer: its parts put together, PROTOCOL.md 5. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include <shinrai/client.h>
#include <shinrai/evidence.h>
#include <shinrai/hex.h>
#include <shinrai/record.h>

/* An attester that reboots again and again is not asked for ever. */
#define MAX_ANSWERS 32

struct part {
	u64 first;
	u64 next;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE]; /* of the last record */
};

/* Return: 0; -EBADMSG also for no record at all. */
static int read_part(const void *log, size_t len, struct part *part)
{
	struct shinrai_header header;
	struct shinrai_record rec, last;
	struct shinrai_rd rd, events;
	const u8 *tlv;
	u64 n = 0;
	int ret;

	shinrai_rd_init(&rd, log, len);
	while ((ret = shinrai_record_next(&rd, &rec)) > 0) {
		if (!n++)
			part->first = rec.recnum;
		last = rec;
	}
	if (ret || !n || shinrai_content_parse(&last, &header, &tlv, &events))
		return -EBADMSG;
	part->next = last.recnum + 1;
	memcpy(part->boot_id, header.boot_id, sizeof(part->boot_id));
	return 0;
}

static int append(u8 **all, size_t *all_len, size_t max, const void *part,
		  size_t len)
{
	u8 *more;

	if (len > max - *all_len)
		return -EMSGSIZE;
	more = realloc(*all, *all_len + len);
	if (!more)
		return -ENOMEM;
	memcpy(more + *all_len, part, len);
	*all = more;
	*all_len += len;
	return 0;
}

/**
 * shinrai_collect_add() - one more part of a log
 * @c: zeroed before the first part; what is in it is the caller's to free
 * @log: the log of an answer, copied when there is more than one
 * @len: its bytes
 *
 * A part that does not go on where the last one ended replaces all before it:
 * the machine was booted anew.  What cannot be read is taken as it is, for the
 * appraisal to tell.
 *
 * Return: 1 when more is to be asked for, from @c->next of @c->boot_id; 0 when
 * this was the last part, @c->log is NULL when it was the first one, too;
 * -EFBIG a part over SHINRAI_MAX_ANSWER_LOG; -EMSGSIZE over SHINRAI_MAX_LOG;
 * -ENOMEM.
 */
int shinrai_collect_add(struct shinrai_collect *c, const void *log, size_t len)
{
	struct part part;
	bool more;
	int ret;

	if (!len)
		return 0;
	if (len > SHINRAI_MAX_ANSWER_LOG)
		return -EFBIG;
	more = len > SHINRAI_MAX_ANSWER_LOG - SHINRAI_MAX_RECORD;
	if (read_part(log, len, &part)) {
		more = false;
	} else {
		if (c->len &&
		    (part.first != c->next ||
		     memcmp(part.boot_id, c->boot_id, sizeof(part.boot_id)))) {
			c->anew = memcmp(part.boot_id, c->log_boot,
					 sizeof(c->log_boot));
			free(c->log);
			c->log = NULL;
			c->len = 0;
		}
		memcpy(c->log_boot, part.boot_id, sizeof(c->log_boot));
		c->next = part.next;
		memcpy(c->boot_id, part.boot_id, sizeof(part.boot_id));
	}
	if (!more && !c->len)
		return 0;
	ret = append(&c->log, &c->len, SHINRAI_MAX_LOG, log, len);
	return ret ? ret : more;
}

/**
 * shinrai_collect_past() - one more part of the records of earlier boots
 * @c: as for shinrai_collect_add(), which took the log of the same answer
 * @past: of an answer, copied when there is more than one
 * @len: its bytes
 * @keep: its log goes on in another answer
 *
 * Return: 1 when more is to be asked for, from @c->next of @c->boot_id; 0 when this
 * was the last part, @c->past is NULL when it was all there is, too, or when more
 * would be over SHINRAI_MAX_PASTS; -EFBIG a part over SHINRAI_MAX_PAST; -ENOMEM.
 */
int shinrai_collect_past(struct shinrai_collect *c, const void *past,
			 size_t len, bool keep)
{
	struct part part;
	bool more;
	int ret;

	if (!len)
		return 0;
	if (len > SHINRAI_MAX_PAST)
		return -EFBIG;
	more = len > SHINRAI_MAX_PAST - SHINRAI_MAX_RECORD &&
	       !read_part(past, len, &part);
	if (!more && !c->past_len && !keep)
		return 0;
	ret = append(&c->past, &c->past_len, SHINRAI_MAX_PASTS, past, len);
	if (ret)
		return ret;
	if (!more)
		return 0;
	c->past_more = c->past_len > SHINRAI_MAX_PASTS - SHINRAI_MAX_PAST;
	if (c->past_more)
		return 0;
	c->next = part.next;
	memcpy(c->boot_id, part.boot_id, sizeof(part.boot_id));
	return 1;
}

/**
 * shinrai_collect_free() - begin anew
 * @c: zeroed afterwards; what is in it is released
 */
void shinrai_collect_free(struct shinrai_collect *c)
{
	free(c->log);
	free(c->past);
	memset(c, 0, sizeof(*c));
}

/*
 * Who is asked as in an earlier boot tells of which ones it has the log (PROTOCOL.md
 * 4.2); of the answer that is judged that may be another one.
 */
static bool lacks_boot(const struct shinrai_item *machine, const u8 *boot_id)
{
	char name[2 * SHINRAI_BOOT_ID_SIZE + 1];
	const json_t *boots, *at;
	json_t *j;
	bool has;
	size_t i;

	if (!boot_id || !machine->len ||
	    !memmem(machine->data, machine->len, "\"boots\"", 7))
		return false;
	shinrai_hex_encode(boot_id, SHINRAI_BOOT_ID_SIZE, name);
	j = json_loadb((const char *)machine->data, machine->len,
		       JSON_REJECT_DUPLICATES, NULL);
	boots = json_object_get(j, "boots");
	has = !json_is_array(boots);
	json_array_foreach(boots, i, at)
		has = has || !strcmp(json_string_value(at) ?: "", name);
	json_decref(j);
	return !has;
}

/**
 * shinrai_collect() - take what comes in parts
 * @c: as for shinrai_collect_add()
 * @ev: of an answer
 * @boot_id: that was named when it was asked for, maybe in @c; NULL: none
 *
 * Return: as shinrai_collect_add() and shinrai_collect_past().
 */
int shinrai_collect(struct shinrai_collect *c,
		    const struct shinrai_evidence *ev, const u8 *boot_id)
{
	const struct shinrai_item *log = &ev->item[SHINRAI_ITEM_LOG];
	const struct shinrai_item *past = &ev->item[SHINRAI_ITEM_PAST];
	int more, ret;

	c->past_gone |= lacks_boot(&ev->item[SHINRAI_ITEM_MACHINE], boot_id);
	more = shinrai_collect_add(c, log->data, log->len);
	if (more < 0)
		return more;
	/* What came of it would be of an earlier boot now, and in parts. */
	if (c->anew) {
		shinrai_collect_free(c);
		c->anew = true;
		return 1;
	}
	/* Then what follows is of the earlier boot, and the log comes anew. */
	ret = shinrai_collect_past(c, past->data, past->len, more);
	return ret ? ret : more;
}

static int take(struct shinrai_collect *c, struct shinrai_client_answer *ans,
		const u8 *boot_id)
{
	struct shinrai_evidence ev;

	if (shinrai_evidence_parse(ans->body, ans->len, &ev))
		return 0;
	return shinrai_collect(c, &ev, boot_id);
}

static void drop(struct shinrai_client_answer *ans)
{
	free(ans->body);
	EVP_PKEY_free(ans->key);
	memset(ans, 0, sizeof(*ans));
}

static int give_up(struct shinrai_client_answer *ans, int err)
{
	drop(ans);
	ans->step = "log";
	if (err == -EMSGSIZE) {
		snprintf(ans->why, sizeof(ans->why),
			 "the log has more than %u MiB", SHINRAI_MAX_LOG >> 20);
		ans->next = "keep --state, then only new records are asked for,"
			    " and no --save; else reboot the machine";
	} else if (err == -EFBIG) {
		ans->step = "http";
		snprintf(ans->why, sizeof(ans->why),
			 "an answer has more than %u MiB of log",
			 SHINRAI_MAX_ANSWER_LOG >> 20);
		ans->next = "is it shinraid?";
	} else if (err == -EAGAIN) {
		snprintf(ans->why, sizeof(ans->why),
			 "the log begins anew again and again");
		ans->next = "does the machine reboot all the time?";
	} else {
		ans->step = "memory";
		snprintf(ans->why, sizeof(ans->why), "out of memory");
	}
	return -EIO;
}

/**
 * shinrai_client_collect() - challenge until the whole log is there
 * @req: as for shinrai_client_ask()
 * @ans: as from shinrai_client_ask(), of the last challenge; @ans->log is the
 *       log of all answers when one did not hold it
 *
 * Only the last quote counts: it covers what the answers before brought.
 * Blocks for @req->timeout_ms for each 24 MiB of log.
 *
 * Return: 0; -EIO with the step that failed.
 */
int shinrai_client_collect(const struct shinrai_client_request *req,
			   struct shinrai_client_answer *ans)
{
	struct shinrai_client_request next = *req;
	struct shinrai_collect c = { 0 };
	int ret = 1, n;

	for (n = 0; n < MAX_ANSWERS && ret > 0; n++) {
		if (n) {
			drop(ans);
			next.from = c.anew ? req->from : c.next;
			next.boot_id = c.anew ? req->boot_id : c.boot_id;
			c.anew = false;
			if (!req->boot_id || memcmp(c.boot_id, req->boot_id,
						    sizeof(c.boot_id))) {
				next.ima_from = 0;
				next.no_firmware = false;
			}
		}
		ret = shinrai_client_ask(&next, ans);
		if (!ret)
			ret = take(&c, ans, next.boot_id);
	}
	if (!ret) {
		ans->log = c.log;
		ans->log_len = c.len;
		ans->past = c.past;
		ans->past_len = c.past_len;
		ans->past_more = c.past_more;
		ans->past_gone = c.past_gone;
		return 0;
	}
	shinrai_collect_free(&c);
	return ret == -EIO ? ret : give_up(ans, ret > 0 ? -EAGAIN : ret);
}
