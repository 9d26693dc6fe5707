// SPDX-License-Identifier: MIT
/* One judgement of the verifier: which key is believed, and what ends it early. */
/* links: userspace/verifier/judge.c userspace/verifier/policy.c selftests/fleet/sim_device.c selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include "judge_fleet.h"

#include <shinrai/hex.h>

/* That denies the first IMA entry. */
static struct policy other_policy;
static struct conf_policy other_conf;

/* What it answers to @q. */
static u8 *evidence_of(struct sim_device *d, const struct sim_question *q,
		       size_t *len)
{
	u8 *out;

	assert_int_equal(sim_answer(d, NULL, q, &out, len), 0);
	return out;
}

/*
 * Before a key is pinned none is kept: else the key of evidence that was refused
 * would verify quotes of whatever key is shown later.
 */
static void test_key_before_pin(void **state)
{
	struct sim_device d = { .key = EVP_EC_gen("P-256"), .clock = 100000 };
	const struct sim_question q = ask();
	struct judgement j = plan(&q);
	u8 *data;

	(void)state;
	sim_boot(&d);
	data = evidence(&d, SIM_WELL, NULL, &j.len);
	j.evidence = data;
	j.session.nonce[0] ^= 1; /* not fresh: nothing is pinned */
	assert_int_equal(judge(&j), 0);
	assert_int_equal(j.verdict, SHINRAI_UNTRUSTED);
	assert_int_equal(j.learned_len, 0);
	assert_null(j.key);
	end(&j);
	j.session.nonce[0] ^= 1;
	assert_int_equal(judge(&j), 0);
	assert_int_equal(j.verdict, SHINRAI_TRUSTED);
	assert_true(j.learned_len);
	assert_null(j.key);
	end(&j);
	/* Pinned: it is kept, and used for this name alone. */
	j.ak_name = j.learned;
	j.ak_name_len = j.learned_len;
	assert_int_equal(judge(&j), 0);
	assert_int_equal(j.verdict, SHINRAI_TRUSTED);
	assert_non_null(j.key);
	end(&j);
	EVP_PKEY_CTX_free(j.key);
	free(data);
	EVP_PKEY_free(d.key);
}

static bool is_none(const u8 boot[32])
{
	static const u8 none[32];

	return !memcmp(boot, none, sizeof(none));
}

/* What booted is told once, and only where a fresh quote proves it. */
static void test_boot(void **state)
{
	static const struct {
		enum sim_mode mode;
		unsigned int firmware;
		bool known, late, other_key; /* it is, the answer, the pin */
		bool bears, told;
		const char *why;
	} table[] = {
		{ SIM_WELL, 0, false, false, false, true, true, "first" },
		{ SIM_WELL, 0, true, false, false, true, false, "known" },
		{ SIM_WELL, 1, true, false, false, true, true, "another" },
		{ SIM_BOOTLOG, 0, true, false, false, false, false,
		  "its log does not lead to the quote" },
		{ SIM_WELL, 0, true, true, false, false, false, "not fresh" },
		{ SIM_WELL, 0, true, false, true, false, false,
		  "another key than the pinned one" },
		{ SIM_CUT, 0, true, false, false, false, false,
		  "our log does not lead to the quote" },
	};
	struct sim_device d = { .key = EVP_EC_gen("P-256"), .clock = 100000 };
	const struct sim_question q = ask();
	u8 known[32], *data;
	size_t i;

	(void)state;
	sim_boot(&d);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct judgement j = plan(&q);

		d.firmware = table[i].firmware;
		data = evidence(&d, table[i].mode, NULL, &j.len);
		j.evidence = data;
		j.boot_known = table[i].known ? known : NULL;
		j.session.nonce[0] ^= table[i].late;
		j.ak_name = (const u8 *)"\0\x0b another name of this length...";
		j.ak_name_len = table[i].other_key ? 34 : 0;
		assert_int_equal(judge(&j), 0);
		if (is_none(j.boot) == table[i].bears ||
		    !j.boot_text == table[i].told)
			fail_msg("%s", table[i].why);
		if (!i)
			memcpy(known, j.boot, sizeof(known));
		end(&j);
		EVP_PKEY_CTX_free(j.key);
		free(data);
	}
	EVP_PKEY_free(d.key);
}

static const struct {
	const char *why;
	enum sim_mode mode;
	bool asked, comes; /* the log */
	bool known; /* what booted */
	bool anew, other; /* it boots, and with another firmware */
	bool again, bears, told;
	const char *code; /* "": trusted */
} no_firmware[] = {
	{ "as it was", SIM_WELL, false, false, true, false, false, false, true,
	  false, "" },
	{ "it comes all the same", SIM_WELL, false, true, true, false, false,
	  false, true, false, "" },
	{ "what booted is not kept any more", SIM_WELL, false, false, false,
	  false, false, true, false, false, "" },
	{ "then it comes", SIM_WELL, true, true, false, false, false, false,
	  true, true, "" },
	{ "another boot", SIM_WELL, false, false, true, true, false, true,
	  false, false, "firmware-missing" },
	{ "another firmware, it says the same boot", SIM_WELL, false, false,
	  true, false, true, true, false, false, "firmware-missing" },
	{ "another boot, and it comes", SIM_WELL, false, true, true, true, true,
	  false, true, true, "firmware-unknown" },
	{ "it is withheld", SIM_WELL, true, false, true, true, false, false,
	  false, false, "firmware-missing" },
	{ "it does not lead to the quote", SIM_BOOTLOG, false, true, true,
	  false, false, false, false, false, "firmware-replay" },
	{ "it is no news: another key", SIM_ALIEN, false, false, true, false,
	  false, false, false, false, "ak-other" },
};

/* A log that was not asked for is asked for when it is needed, and else not. */
static void test_no_firmware(void **state)
{
	struct sim_device other = { .key = EVP_EC_gen("P-256") };
	struct sim_device d = { .key = EVP_EC_gen("P-256"), .clock = 100000 };
	struct sim_question q = ask();
	struct judgement first = plan(&q), j;
	u8 *data;
	size_t i;

	(void)state;
	sim_boot(&d);
	data = evidence(&d, SIM_WELL, NULL, &first.len);
	first.evidence = data;
	assert_int_equal(judge(&first), 0);
	assert_true(first.no_firmware_next && !is_none(first.boot));
	free(data);
	q.have_boot = true;
	q.from = first.records;
	memcpy(q.boot_id, first.boot_id, sizeof(q.boot_id));
	for (i = 0; i < sizeof(no_firmware) / sizeof(no_firmware[0]); i++) {
		struct sim_device now = d;

		j = plan(&q);
		j.whole = false;
		j.memory = first.next;
		j.memory_len = first.next_len;
		j.ak_name = first.learned;
		j.ak_name_len = first.learned_len;
		j.boot_known = no_firmware[i].known ? first.boot : NULL;
		j.no_firmware = !no_firmware[i].asked;
		if (no_firmware[i].anew)
			sim_boot(&now);
		now.firmware = no_firmware[i].other;
		now.mode = no_firmware[i].mode;
		q.no_firmware = !no_firmware[i].comes;
		assert_int_equal(sim_answer(&now, &other, &q, &data, &j.len),
				 0);
		j.evidence = data;
		assert_int_equal(judge(&j), 0);
		if (j.again != no_firmware[i].again ||
		    strcmp(j.code, no_firmware[i].code) ||
		    is_none(j.boot) == no_firmware[i].bears ||
		    !j.boot_text == no_firmware[i].told)
			fail_msg("%s: %s", no_firmware[i].why, j.code);
		end(&j);
		EVP_PKEY_CTX_free(j.key);
		free(data);
	}
	end(&first);
	EVP_PKEY_CTX_free(first.key);
	EVP_PKEY_free(d.key);
	EVP_PKEY_free(other.key);
}

enum bend {
	AS_IT_IS,
	NONE, /* is kept */
	SHORT,
	LONG,
	PATH, /* a byte of it is another one */
	TEMPLATE_HASH, /* which is extended by nobody here */
	TEMPLATE_NAME,
};

#define TEMPLATE_HASH_AT 4
#define TEMPLATE_NAME_AT 30

static const struct {
	const char *why;
	bool other; /* policy */
	enum bend bend; /* of what is kept of the list */
	bool comes; /* more of it */
	bool all; /* was asked for */
	bool anew; /* it boots */
	bool fault; /* in an entry was found before */
	bool again;
	bool keeps,
		whole; /* there is more to be kept; from the first byte on */
	const char *code; /* "": trusted */
} ima[] = {
	{ "the same policy", .code = "" },
	{ "and more", .comes = true, .keeps = true, .code = "" },
	{ "another policy sees what is kept", .other = true,
	  .code = "ima-denied" },
	{ "and more", .other = true, .comes = true, .keeps = true,
	  .code = "ima-denied" },
	{ "nothing is kept", .other = true, .bend = NONE, .again = true,
	  .code = "ima-replay" },
	{ "less is kept", .other = true, .bend = SHORT, .again = true,
	  .code = "ima-replay" },
	{ "more is kept", .other = true, .bend = LONG, .again = true,
	  .code = "ima-replay" },
	{ "it is damaged", .other = true, .bend = PATH, .again = true,
	  .code = "ima-entry" },
	{ "where no PCR says so", .other = true, .bend = TEMPLATE_HASH,
	  .again = true, .code = "ima-entry" },
	{ "or what it is", .other = true, .bend = TEMPLATE_NAME, .again = true,
	  .code = "ima-template" },
	{ "as it was found before: it came so", .other = true,
	  .bend = TEMPLATE_HASH, .fault = true, .code = "ima-entry" },
	{ "another fault was", .other = true, .bend = TEMPLATE_NAME,
	  .fault = true, .again = true, .code = "ima-template" },
	{ "all was asked for", .other = true, .all = true, .keeps = true,
	  .whole = true, .code = "ima-denied" },
	{ "it booted anew, and all of it comes", .other = true, .anew = true,
	  .keeps = true, .whole = true, .code = "ima-denied" },
};

/* What is kept of the list in @row; for free(). */
static u8 *kept_ima(struct judgement *j, const struct judgement *first,
		    size_t row)
{
	const size_t len = first->ima_new_len;
	u8 *kept = calloc(1, len + 1);

	assert_non_null(kept);
	memcpy(kept, first->ima_new, len);
	j->ima_known = (struct shinrai_item){ kept, len };
	switch (ima[row].bend) {
	case AS_IT_IS:
		break;
	case NONE:
		j->ima_known.data = NULL;
		j->ima_known.len = 0;
		break;
	case SHORT:
		j->ima_known.len--;
		break;
	case LONG:
		j->ima_known.len++;
		break;
	case PATH:
		kept[len - 3] ^= 1;
		break;
	case TEMPLATE_HASH:
		kept[TEMPLATE_HASH_AT] ^= 1;
		break;
	case TEMPLATE_NAME:
		kept[TEMPLATE_NAME_AT] ^= 1;
		break;
	}
	return kept;
}

/* Evidence with nothing of the list. */
static u8 *without_ima(u8 *data, size_t *len)
{
	struct shinrai_evidence ev;
	u8 *out;

	assert_int_equal(shinrai_evidence_parse(data, *len, &ev), 0);
	ev.item[SHINRAI_ITEM_IMA].len = 0;
	assert_int_equal(shinrai_evidence_pack(&ev, &out, len), 0);
	free(data);
	return out;
}

static void check_ima(struct judgement *j, const struct judgement *first,
		      size_t row)
{
	const u64 at = ima[row].whole ? 0 : first->ima_next;

	if (j->again != ima[row].again || strcmp(j->code, ima[row].code))
		fail_msg("%s: %s", ima[row].why, j->code);
	/* Of what is asked for again nothing is kept. */
	if (j->again)
		return;
	if (!j->ima_new == ima[row].keeps ||
	    (j->ima_new && j->ima_next - j->ima_new_len != at))
		fail_msg("%s: is kept", ima[row].why);
	assert_false(j->ima_gone && !ima[row].whole);
}

/* What is remembered, with a fault of an entry; for free(). */
static u8 *with_fault(const struct judgement *first, size_t *len)
{
	struct shinrai_state *s = malloc(sizeof(*s));
	u8 *out;

	assert_non_null(s);
	assert_int_equal(shinrai_state_unpack(first->next, first->next_len, s),
			 0);
	s->sticky[s->nsticky].code = SHINRAI_WHY_IMA_ENTRY;
	s->sticky[s->nsticky].record = 0;
	strcpy(s->sticky[s->nsticky++].text, "entry 1: it is");
	assert_int_equal(shinrai_state_pack(s, &out, len), 0);
	free(s);
	return out;
}

/* What is kept of an IMA list is judged by another policy as if it came again. */
static void test_ima(void **state)
{
	struct sim_device d = { .key = EVP_EC_gen("P-256"), .clock = 100000 };
	struct sim_question q = ask();
	struct judgement first = plan(&q), j;
	u8 *data, *kept, *fault;
	size_t i;

	(void)state;
	sim_boot(&d);
	data = evidence(&d, SIM_WELL, NULL, &first.len);
	first.evidence = data;
	assert_int_equal(judge(&first), 0);
	assert_int_equal(first.verdict, SHINRAI_TRUSTED);
	assert_true(first.ima_next);
	assert_int_equal(first.ima_new_len, first.ima_next);
	free(data);
	memcpy(q.boot_id, first.boot_id, sizeof(q.boot_id));
	q.have_boot = true;
	q.from = first.records;
	for (i = 0; i < sizeof(ima) / sizeof(ima[0]); i++) {
		struct sim_device now = d;

		j = plan(&q);
		j.policy = ima[i].other ? &other_policy : &policy;
		j.known = ima[i].other ? &first.facts : NULL;
		j.whole = false;
		j.memory = first.next;
		j.memory_len = first.next_len;
		j.ak_name = first.learned;
		j.ak_name_len = first.learned_len;
		j.boot_known = first.boot;
		q.ima_from = j.ima_from = ima[i].all ? 0 : first.ima_next;
		kept = kept_ima(&j, &first, i);
		fault = NULL;
		if (ima[i].fault)
			j.memory = fault = with_fault(&first, &j.memory_len);
		if (!ima[i].other || ima[i].all)
			j.ima_known.len = 0;
		if (ima[i].anew)
			sim_boot(&now);
		if (ima[i].comes)
			sim_measure(&now);
		data = evidence_of(&now, &q, &j.len);
		if (!ima[i].comes && !ima[i].whole)
			data = without_ima(data, &j.len);
		j.evidence = data;
		assert_int_equal(judge(&j), 0);
		check_ima(&j, &first, i);
		end(&j);
		EVP_PKEY_CTX_free(j.key);
		free(data);
		free(kept);
		free(fault);
	}
	end(&first);
	EVP_PKEY_CTX_free(first.key);
	EVP_PKEY_free(d.key);
}

/* A memory that cannot be read: an error, and nothing else. */
static void test_memory(void **state)
{
	static const struct {
		const char *memory;
		int expected;
	} table[] = {
		{ "SHNRMEM\x7f", -EPROTONOSUPPORT }, /* of a later version */
		{ "SHNRMEM\1", -EBADMSG },
		{ "somewhat", -EBADMSG },
	};
	struct sim_device d = { .key = EVP_EC_gen("P-256"), .clock = 100000 };
	const struct sim_question q = ask();
	struct judgement j = plan(&q);
	size_t i;
	u8 *data;

	(void)state;
	sim_boot(&d);
	data = evidence(&d, SIM_WELL, NULL, &j.len);
	j.evidence = data;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		j.memory = (const u8 *)table[i].memory;
		j.memory_len = 8;
		assert_int_equal(judge(&j), table[i].expected);
		assert_null(j.told);
		assert_null(j.next);
	}
	free(data);
	EVP_PKEY_free(d.key);
}

/* Denies what the first entry of each IMA list is of. */
static void write_deny(const char *path)
{
	char hex[65];
	u8 digest[32];
	FILE *f = fopen(path, "w");

	forge_ima_digest(0, digest);
	shinrai_hex_encode(digest, sizeof(digest), hex);
	assert_non_null(f);
	fprintf(f, "# shinrai-deny v1\n%s CVE-2026-1\n", hex);
	fclose(f);
}

static int setup(void **state)
{
	char err[256], path[64];

	if (make_fleet(state))
		return -1;
	other_conf = conf;
	snprintf(path, sizeof(path), "%s/deny.list", dir);
	other_conf.reference[2] = strdup(path);
	write_deny(path);
	return policy_load(&other_policy, &other_conf, err, sizeof(err));
}

static int teardown(void **state)
{
	policy_free(&other_policy);
	free(other_conf.reference[2]);
	unlink("deny.list");
	return end_fleet(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_before_pin),
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_no_firmware),
		cmocka_unit_test(test_ima),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
