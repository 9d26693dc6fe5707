// SPDX-License-Identifier: MIT
/* One judgement of the verifier: what earlier boots tell, which no quote covers. */
/* links: userspace/verifier/judge.c userspace/verifier/policy.c selftests/fleet/sim_device.c selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include "judge_fleet.h"

/* Bytes of earlier boots, and what is done to them. */
enum bend { STRAIGHT, NONE, FLIP, GAP, TORN, GARBAGE, TWICE, LATER };

static u8 *bend_past(const struct shinrai_item *from, enum bend bend,
		     size_t *len)
{
	u8 *p = malloc(2 * from->len + 16);
	struct shinrai_record r;
	struct shinrai_rd rd;

	assert_non_null(p);
	*len = 0;
	if (bend == NONE)
		return p;
	memcpy(p, from->data, from->len);
	memcpy(p + from->len, from->data, from->len);
	*len = from->len;
	shinrai_rd_init(&rd, from->data, from->len);
	assert_int_equal(shinrai_record_next(&rd, &r), 1);
	if (bend == FLIP)
		p[r.raw_len - 1] ^= 1;
	else if (bend == LATER) /* version of the second record's header */
		p[r.raw_len + (size_t)(r.content - r.raw) + 5]++;
	else if (bend == TORN)
		*len = r.raw_len + 9;
	else if (bend == GARBAGE)
		memset(p, 0x55, *len);
	else if (bend == TWICE)
		*len *= 2;
	if (bend == GAP) {
		*len -= r.raw_len;
		memmove(p, p + r.raw_len, *len);
	}
	return p;
}

static const struct {
	const char *why;
	enum bend bend;
	bool crash; /* it ran what nobody knows, before it booted anew */
	bool late, no_memory, same_boot, from_0, more;
	unsigned int lost; /* logs of earlier boots that are not there any more */
	size_t boots; /* told of */
	size_t reasons; /* of the first one */
	const char *code; /* of the first reason of the first one; NULL: none */
} past[] = {
	{ .why = "nothing happened", .bend = STRAIGHT },
	{ .why = "code that nobody knows",
	  .bend = STRAIGHT,
	  .crash = true,
	  .boots = 1,
	  .reasons = 1,
	  .code = "code-unknown" },
	{ .why = "not fresh: it is asked for again",
	  .bend = STRAIGHT,
	  .crash = true,
	  .late = true },
	{ .why = "first contact: nobody can have asked for it",
	  .bend = STRAIGHT,
	  .crash = true,
	  .no_memory = true },
	{ .why = "of this boot its own log tells",
	  .bend = STRAIGHT,
	  .crash = true,
	  .same_boot = true },
	{ .why = "it does not come", .bend = NONE, .crash = true },
	{ .why = "a record is not what it says",
	  .bend = FLIP,
	  .boots = 1,
	  .reasons = 1,
	  .code = "record-root" },
	{ .why = "a record lacks: it is not what was asked for",
	  .bend = GAP,
	  .boots = 1,
	  .reasons = 2,
	  .code = "log-first" },
	{ .why = "torn: what is whole counts, and that it is",
	  .bend = TORN,
	  .crash = true,
	  .boots = 1,
	  .reasons = 2,
	  .code = "log-syntax" },
	{ .why = "no records at all",
	  .bend = GARBAGE,
	  .crash = true,
	  .boots = 1,
	  .reasons = 1,
	  .code = "log-syntax" },
	{ .why = "a record of a version that nobody knows, and one behind it",
	  .bend = LATER,
	  .crash = true,
	  .boots = 1,
	  .reasons = 3,
	  .code = "record-digest" },
	{ .why = "what was judged comes again, as when the whole log is asked for",
	  .bend = STRAIGHT,
	  .crash = true,
	  .from_0 = true,
	  .boots = 1,
	  .reasons = 1,
	  .code = "code-unknown" },
	{ .why = "the same, and nothing happened",
	  .bend = STRAIGHT,
	  .from_0 = true },
	{ .why = "the same again, under the same numbers",
	  .bend = TWICE,
	  .crash = true,
	  .boots = 1,
	  .reasons = 3,
	  .code = "log-repeat" },
	{ .why = "there was more than was asked for",
	  .bend = STRAIGHT,
	  .more = true,
	  .boots = 1 },
	{ .why = "the log that was judged is not there any more, a later one is",
	  .bend = STRAIGHT,
	  .crash = true,
	  .lost = 1,
	  .boots = 2 },
	{ .why = "nor any other",
	  .bend = NONE,
	  .crash = true,
	  .lost = 2,
	  .boots = 1 },
	{ .why = "which says nothing at first contact",
	  .bend = STRAIGHT,
	  .crash = true,
	  .lost = 1,
	  .no_memory = true },
	{ .why = "which cannot be, of this boot",
	  .bend = STRAIGHT,
	  .same_boot = true,
	  .more = true },
};

static void check_past(const struct judgement *j, size_t i)
{
	const json_t *boot = json_array_get(j->past, 0);
	const json_t *why = json_array_get(json_object_get(boot, "reasons"), 0);
	const char *code = json_string_value(json_object_get(why, "code"));
	const bool gone = past[i].lost && past[i].boots;
	char *text = json_dumps(j->past, 0);

	if (json_array_size(j->past) != past[i].boots ||
	    json_array_size(json_object_get(boot, "reasons")) !=
		    past[i].reasons ||
	    (boot &&
	     json_is_true(json_object_get(boot, "more")) != past[i].more) ||
	    (boot && json_is_true(json_object_get(boot, "gone")) != gone) ||
	    !code != !past[i].code || (code && strcmp(code, past[i].code)))
		fail_msg("%s: %s", past[i].why, text);
	free(text);
	/* Nothing of it is a reason, or worth another verdict. */
	if (!past[i].late && j->verdict != SHINRAI_TRUSTED)
		fail_msg("%s: %s", past[i].why, j->code);
}

/* What a device recorded before it booted anew is told, and changes nothing. */
static void test_past(void **state)
{
	struct sim_device d = { .key = EVP_EC_gen("P-256"), .clock = 100000 };
	struct sim_question q = ask();
	struct judgement first = plan(&q), j;
	struct shinrai_evidence ev;
	struct shinrai_item bent;
	u8 *data, *bytes;
	size_t i;

	(void)state;
	sim_boot(&d);
	data = evidence(&d, SIM_WELL, NULL, &first.len);
	first.evidence = data;
	assert_int_equal(judge(&first), 0);
	free(data);
	q.have_boot = true;
	q.from = first.records;
	memcpy(q.boot_id, first.boot_id, sizeof(q.boot_id));
	for (i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
		struct sim_device now = d;

		if (past[i].crash) {
			sim_crash(&now);
		} else {
			sim_grow(&now, 3);
			sim_boot(&now);
		}
		if (past[i].lost) {
			sim_crash(&now);
			now.past[0] = now.past[1];
			now.npast -= past[i].lost;
		}
		j = plan(&q);
		q.from = past[i].from_0 ? 0 : first.records;
		assert_int_equal(sim_answer(&now, NULL, &q, &data, &j.len), 0);
		assert_int_equal(shinrai_evidence_parse(data, j.len, &ev), 0);
		bytes = bend_past(&ev.item[SHINRAI_ITEM_PAST], past[i].bend,
				  &bent.len);
		bent.data = bytes;
		if (past[i].same_boot) { /* what was remembered is of this one */
			free(data);
			now = d;
			assert_int_equal(
				sim_answer(&now, NULL, &q, &data, &j.len), 0);
		}
		j.evidence = data;
		j.past_log = &bent;
		j.past_more = past[i].more;
		j.past_gone = past[i].lost;
		j.whole = false;
		j.memory = past[i].no_memory ? NULL : first.next;
		j.memory_len = first.next_len;
		j.ak_name = first.learned;
		j.ak_name_len = first.learned_len;
		j.session.nonce[0] ^= past[i].late;
		assert_int_equal(judge(&j), 0);
		check_past(&j, i);
		end(&j);
		EVP_PKEY_CTX_free(j.key);
		free(bytes);
		free(data);
	}
	end(&first);
	EVP_PKEY_CTX_free(first.key);
	EVP_PKEY_free(d.key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_past),
	};

	return cmocka_run_group_tests(tests, make_fleet, end_fleet);
}
