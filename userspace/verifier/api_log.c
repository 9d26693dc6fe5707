// SPDX-License-Identifier: MIT
/* API: the log of verdicts, its signed head, and proofs from it. */
#include <stdlib.h>

#include <shinrai/hex.h>
#include <shinrai/proof.h>

#include "api_part.h"
#include "signer.h"
#include "view.h"

#define ENTRIES 100
#define TEXTS_MAX (1u << 20) /* bytes of entries in one answer, and one entry */

static json_t *hex(const u8 hash[SHINRAI_TREE_HASH])
{
	char text[2 * SHINRAI_TREE_HASH + 1];

	return json_string(shinrai_hex_encode(hash, SHINRAI_TREE_HASH, text));
}

/* Entries for one answer. */
struct harvest {
	size_t bytes;
	u32 may; /* classes of fields that may be read */
	json_t *list, *disclosures; /* of each, arrays */
};

static int read_head(struct job *j, struct store *s)
{
	return store_log_head(s, &errand_of(j)->head);
}

static json_t *signed_head(const struct signer *signer,
			   const struct shinrai_log_head *head)
{
	const s64 now = fleet_now();
	json_t *j = json_pack("{s:I, s:s, s:I, s:o}", "iat",
			      (json_int_t)(now / 1000), "log", head->log,
			      "size", (json_int_t)head->size, "root",
			      hex(head->root));
	char *jws = NULL;

	if (j && !shinrai_jws_sign(signer->key, SHINRAI_LOG_HEAD_TYPE, j, &jws))
		json_object_set_new(j, "head", json_string(jws));
	free(jws);
	if (json_object_get(j, "head"))
		return j;
	json_decref(j);
	return NULL;
}

static void head_read(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);

	if (j->err)
		errand_failed(e);
	else
		answer_ok(e->req, signed_head(f->signer, &e->head));
	errand_free(e);
}

/**
 * api_log_head() - the log as it is, signed
 * @r: the request
 */
void api_log_head(const struct request *r)
{
	struct errand *e = errand_new(r->req, read_head, head_read);

	if (e)
		errand_read(r, e);
}

static int add_entry(void *arg, const struct store_entry *entry)
{
	struct harvest *q = arg;

	q->bytes += strlen(entry->text) + strlen(entry->disclosures);
	if (q->bytes > TEXTS_MAX && json_array_size(q->list))
		return 1; /* enough */
	if (json_array_append_new(q->list, view_leaf(entry, q->may)) ||
	    json_array_append_new(q->disclosures,
				  view_disclosures(entry, q->may)))
		return -ENOMEM;
	return 0;
}

static int read_entries(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	struct harvest q = { .may = e->may,
			     .list = json_array(),
			     .disclosures = json_array() };
	int ret;

	e->answer = json_pack("{s:I, s:o, s:o}", "start",
			      (json_int_t)e->number[0], "entries", q.list,
			      "disclosures", q.disclosures);
	if (!e->answer)
		return -ENOMEM;
	ret = store_log_entries(s, e->number[0], (unsigned int)e->number[1],
				add_entry, &q);
	return ret == 1 ? 0 : ret;
}

/**
 * api_log_entries() - entries of the log, in their order
 * @r: the request
 */
void api_log_entries(const struct request *r)
{
	u64 start = 0, count = ENTRIES;
	struct errand *e;

	if (!request_number(r, "start", NUMBER_MAX, &start) ||
	    !request_number(r, "count", LOG_ENTRIES_MAX, &count)) {
		answer_bad(r->req, "start is a number from 0 on, count one up "
				   "to 1000");
		return;
	}
	e = errand_new(r->req, read_entries, errand_answer);
	if (!e)
		return;
	e->number[0] = start;
	e->number[1] = count;
	errand_read(r, e);
}

static json_t *path_of(const struct shinrai_proof *p)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < p->len; i++)
		json_array_append_new(list, hex(p->hash[i]));
	return list;
}

/* What cannot be asked for is no failure of the store. */
static int outcome(struct errand *e, int ret)
{
	if (ret != -ERANGE && ret != -EINVAL)
		return ret;
	e->wrong = "the log has no such entries, or not yet: 0 <= index < size,"
		   " 0 <= old <= size <= size of /v1/log";
	return 0;
}

/* @q: with the entry, or with none: it is not for who asks */
static json_t *inclusion(const struct errand *e, const struct harvest *q,
			 const struct shinrai_proof *p)
{
	return json_pack("{s:I, s:I, s:O, s:O, s:o}", "index",
			 (json_int_t)e->number[0], "size",
			 (json_int_t)e->number[1], "entry",
			 json_array_get(q->list, 0), "disclosures",
			 json_array_get(q->disclosures, 0), "path", path_of(p));
}

static int read_inclusion(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	struct harvest q = { .may = e->may,
			     .list = json_array(),
			     .disclosures = json_array() };
	struct shinrai_proof p;
	int ret = store_log_inclusion(s, e->number[0], e->number[1], &p);

	if (!ret)
		ret = store_log_entries(s, e->number[0], 1, add_entry, &q);
	if (!ret && json_is_null(json_array_get(q.list, 0))) {
		e->wrong = "this entry is from before fields were sealed: it "
			   "is for who may read all fields";
	} else if (!ret) {
		e->answer = inclusion(e, &q, &p);
		ret = e->answer ? 0 : -ENOMEM;
	}
	json_decref(q.list);
	json_decref(q.disclosures);
	return outcome(e, ret);
}

static int read_consistency(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	struct shinrai_proof p;
	int ret = store_log_consistency(s, e->number[0], e->number[1], &p);

	if (!ret) {
		e->answer = json_pack("{s:I, s:I, s:o}", "old",
				      (json_int_t)e->number[0], "size",
				      (json_int_t)e->number[1], "path",
				      path_of(&p));
		ret = e->answer ? 0 : -ENOMEM;
	}
	return outcome(e, ret);
}

static void proof(const struct request *r, const char *what,
		  int (*keep)(struct job *j, struct store *s))
{
	u64 a = UINT64_MAX, b = UINT64_MAX;
	struct errand *e;

	if (!request_number(r, what, NUMBER_MAX, &a) ||
	    !request_number(r, "size", NUMBER_MAX, &b) || a == UINT64_MAX ||
	    b == UINT64_MAX) {
		answer_bad(r->req, "numbers are needed: of an inclusion index "
				   "and size, of a consistency old and size");
		return;
	}
	e = errand_new(r->req, keep, errand_answer);
	if (!e)
		return;
	e->number[0] = a;
	e->number[1] = b;
	errand_read(r, e);
}

/**
 * api_log_inclusion() - an entry, and that it is in the log
 * @r: the request
 */
void api_log_inclusion(const struct request *r)
{
	proof(r, "index", read_inclusion);
}

/**
 * api_log_consistency() - that the log only grew
 * @r: the request
 */
void api_log_consistency(const struct request *r)
{
	proof(r, "old", read_consistency);
}
