// SPDX-License-Identifier: MIT
/* API: what the records of a device told, as far as it is kept. */
#include <stdlib.h>

#include <shinrai/hex.h>

#include "api_part.h"
#include "view.h"

#define NO_RECORD UINT64_MAX /* of all of them */

/* What the store has of a device, of one moment. */
struct evidence {
	struct shinrai_facts facts;
	struct shinrai_state *state; /* for free(); NULL: none of this version */
	int err; /* -ENOENT, -EBADMSG: they are not there, store_facts() */
};

static int unpack_state(struct evidence *ev, const u8 *memory, size_t len)
{
	int ret;

	if (!memory)
		return 0;
	ev->state = malloc(sizeof(*ev->state));
	if (!ev->state)
		return -ENOMEM;
	ret = shinrai_state_unpack(memory, len, ev->state);
	if (ret) {
		free(ev->state);
		ev->state = NULL;
	}
	return ret == -ENOMEM ? ret : 0;
}

/* Return: 0; -ENODEV; -errno. */
static int load(struct store *s, s64 id, struct evidence *ev)
{
	u8 *memory;
	size_t len;
	int ret = store_evidence(s, id, &memory, &len, &ev->facts);

	if (ret == -ENOENT || ret == -EBADMSG) {
		ev->err = ret;
		ret = 0;
	}
	if (!ret)
		ret = unpack_state(ev, memory, len);
	free(memory);
	return ret;
}

/* Why there is nothing of what is asked for, in a word; NULL: there is. */
static const char *missing(const struct evidence *ev, u64 record, bool found)
{
	if (!ev->state)
		return "not-judged";
	if (ev->err)
		return ev->err == -ENOENT ? "too-many" : "damaged";
	if (!ev->state->facts)
		return "not-kept";
	if (record == NO_RECORD || found)
		return NULL;
	return record < ev->state->records ? "not-first" : "not-shown";
}

static json_t *fact_json(const struct shinrai_fact *f)
{
	/* That of a path says as much as the path does, to who guesses it. */
	const bool code = f->what != SHINRAI_FACT_ANON;
	char hex[2 * sizeof(f->digest) + 1];

	shinrai_hex_encode(f->digest, sizeof(f->digest), hex);
	return json_pack("{s:I, s:s, s:s, s:s?}", "record",
			 (json_int_t)f->record, "kind",
			 shinrai_fact_name(f->what), "path", f->text, "sha256",
			 code ? hex : NULL);
}

static bool is_of(const struct shinrai_facts *f, size_t i, u64 record)
{
	return i < f->n && (record == NO_RECORD || f->v[i].record == record);
}

/* Those of one record follow one another.  Return: @list; NULL: memory lacked. */
static json_t *list_facts(const struct shinrai_facts *f, u64 record,
			  size_t *from, size_t *end)
{
	json_t *list = json_array();
	size_t i = *from;

	for (; is_of(f, i, record) && i - *from < EVIDENCE_SHOWN; i++) {
		if (json_array_append_new(list, fact_json(&f->v[i]))) {
			json_decref(list);
			return NULL;
		}
	}
	*end = i;
	return list;
}

/* Return: NULL when memory lacks. */
static json_t *evidence_json(const struct evidence *ev, u64 from, u64 record)
{
	static const struct shinrai_facts none;
	const struct shinrai_facts *f = &ev->facts;
	char boot[2 * SHINRAI_BOOT_ID_SIZE + 1];
	size_t begin = 0, end = 0;
	const char *why;
	json_t *list;

	while (record != NO_RECORD && begin < f->n &&
	       f->v[begin].record != record)
		begin++;
	why = missing(ev, record, begin < f->n);
	if (why) /* what is not all there is told to be nothing */
		f = &none;
	if (begin < from)
		begin = from;
	if (ev->state)
		shinrai_hex_encode(ev->state->boot_id, SHINRAI_BOOT_ID_SIZE,
				   boot);
	list = list_facts(f, record, &begin, &end);
	return json_pack("{s:s?, s:I, s:s?, s:I, s:I, s:o, s:o}", "boot_id",
			 ev->state ? boot : NULL, "records",
			 (json_int_t)(ev->state ? ev->state->records : 0),
			 "missing", why, "total", (json_int_t)f->n, "from",
			 (json_int_t)begin, "next",
			 is_of(f, end, record) ? json_integer((json_int_t)end) :
						 json_null(),
			 "facts", list);
}

static int read_evidence(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	struct evidence ev = { 0 };
	int ret = load(s, e->id, &ev);

	if (ret == -ENODEV) {
		e->wrong = "it was withdrawn meanwhile";
		ret = 0;
	} else if (!ret) {
		e->answer = view(evidence_json(&ev, e->number[0], e->number[1]),
				 e->may);
		ret = e->answer ? 0 : -ENOMEM;
	}
	shinrai_facts_free(&ev.facts);
	free(ev.state);
	return ret;
}

/**
 * evidence_errand() - have what the records of a device told read
 * @r: the request; is answered when its arguments are wrong
 * @record: name of the argument that has the record's number; NULL: none has
 * @needs: it must be there
 * @done: as in errand_new()
 *
 * Of the errand, the second number is the record's.
 */
void evidence_errand(const struct request *r, const char *record, bool needs,
		     void (*done)(struct job *j, struct fleet *f))
{
	u64 from = 0, number = NO_RECORD;
	struct errand *e;

	if (!request_number(r, "from", NUMBER_MAX, &from)) {
		page_problem(r->req, 400, "Bad Request",
			     "from is a number, from 0 on");
		return;
	}
	if ((record && !request_number(r, record, NUMBER_MAX, &number)) ||
	    (needs && number == NO_RECORD)) {
		page_problem(r->req, 400, "Bad Request",
			     "a record has a number, from 0 on");
		return;
	}
	e = errand_new(r->req, read_evidence, done);
	if (!e)
		return;
	e->id = r->dev->r.id;
	e->number[0] = from;
	e->number[1] = number;
	errand_read(r, e);
}

static void evidence_done(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);

	if (j->err || !e->wrong) {
		errand_answer(j, f);
		return;
	}
	reply_problem(e->req, 404, "Not Found", e->wrong);
	errand_free(e);
}

/**
 * api_evidence() - what the records of a device told
 * @r: the request
 */
void api_evidence(const struct request *r)
{
	evidence_errand(r, "record", false, evidence_done);
}
