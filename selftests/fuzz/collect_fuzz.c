// SPDX-License-Identifier: MIT
/*
 * A log in parts, whatever they are: what is put together is all that came since it
 * last began anew, and what is asked for next follows its last record.
 */
#include <stdlib.h>

#include <shinrai/client.h>
#include <shinrai/evidence.h>
#include <shinrai/record.h>

/* Small enough for a fuzzer to come to the limits. */
#undef SHINRAI_MAX_ANSWER_LOG
#define SHINRAI_MAX_ANSWER_LOG 2048u
#undef SHINRAI_MAX_RECORD
#define SHINRAI_MAX_RECORD 1536u
#undef SHINRAI_MAX_LOG
#define SHINRAI_MAX_LOG 4096u
#undef SHINRAI_MAX_PAST
#define SHINRAI_MAX_PAST 2048u
#undef SHINRAI_MAX_PASTS
#define SHINRAI_MAX_PASTS 8192u

#include "../../userspace/lib/collect.c"

#define PARTS 32

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

struct given {
	const u8 *p;
	size_t len;
};

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* Return: how many of the last of @n parts are in it. */
static unsigned int kept(const struct shinrai_collect *c,
			 const struct given *part, unsigned int n)
{
	size_t left = c->len;
	unsigned int k = 0;

	while (left && k < n) {
		const struct given *g = &part[n - ++k];

		check(g->len <= left);
		left -= g->len;
		check(!memcmp(c->log + left, g->p, g->len));
	}
	check(!left && !c->log == !c->len);
	return k;
}

/*
 * All of it are records, where there may be more of them.  Of other parts than the
 * last the first record has the number after that of the last one before.
 */
static void check_records(const struct shinrai_collect *c,
			  const struct given *part, unsigned int k)
{
	struct shinrai_header h;
	struct shinrai_record r, last = { 0 };
	struct shinrai_rd rd, events;
	const u8 *tlv;
	u64 next = 0;
	unsigned int i, n;

	for (i = 0; i < k; i++) {
		shinrai_rd_init(&rd, part[i].p, part[i].len);
		for (n = 0; shinrai_record_next(&rd, &r) > 0; n++) {
			check(n || !i || r.recnum == next);
			next = r.recnum + 1;
			last = r;
		}
		check(n && !shinrai_rd_end(&rd) &&
		      !shinrai_content_parse(&last, &h, &tlv, &events) &&
		      !memcmp(h.boot_id, c->boot_id, sizeof(h.boot_id)));
	}
	check(next == c->next);
}

/* Return: whether there may be more. */
static bool add(struct shinrai_collect *c, const struct given *part,
		unsigned int n)
{
	const struct given *last = &part[n - 1];
	const size_t before = c->len;
	unsigned int k;
	int ret = shinrai_collect_add(c, last->p, last->len);

	check((ret == -EFBIG) == (last->len > SHINRAI_MAX_ANSWER_LOG));
	check(ret != -EMSGSIZE || before + last->len > SHINRAI_MAX_LOG);
	check(ret >= 0 || ret == -EFBIG || ret == -EMSGSIZE);
	if (ret < 0)
		return false;
	check(c->len <= SHINRAI_MAX_LOG);
	if (!last->len) {
		check(!ret && c->len == before);
		return false;
	}
	k = kept(c, part, n);
	/* Only what ends with the first answer is nowhere but in it. */
	check(k || !ret);
	if (ret)
		check_records(c, part + n - k, k);
	return ret;
}

/* All that came of earlier boots is there, unless it was one part, or too much. */
static bool add_past(struct shinrai_collect *c, const struct given *part,
		     bool keep)
{
	const size_t before = c->past_len;
	int ret = shinrai_collect_past(c, part->p, part->len, keep);

	check((ret == -EFBIG) == (part->len > SHINRAI_MAX_PAST));
	check(ret >= 0 || ret == -EFBIG || ret == -EMSGSIZE);
	check(c->past_len <= SHINRAI_MAX_PASTS);
	if (ret < 0)
		return false;
	check(c->past_len == before || c->past_len == before + part->len);
	check(c->past_len == before + part->len || (!ret && !before && !keep) ||
	      !part->len);
	check(c->past_len == before ||
	      !memcmp(c->past + before, part->p, part->len));
	/* There is always room for what is asked for. */
	check(!ret || c->past_len <= SHINRAI_MAX_PASTS - SHINRAI_MAX_PAST);
	return ret;
}

/* @data: parts, each after its size */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_collect c = { 0 };
	struct given part[PARTS];
	unsigned int n = 0, i;

	while (n < PARTS && len >= 2) {
		part[n].len = (size_t)data[0] << 8 | data[1];
		part[n].p = data + 2;
		if (part[n].len > len - 2)
			part[n].len = len - 2;
		data += 2 + part[n].len;
		len -= 2 + part[n].len;
		if (!add(&c, part, ++n))
			break;
	}
	for (i = 0; i < n; i++) {
		if (!add_past(&c, &part[i], i & 1))
			break;
	}
	shinrai_collect_free(&c);
	return 0;
}
