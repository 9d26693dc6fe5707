// SPDX-License-Identifier: MIT
/* Flows and sinks, against userspace/testvectors.json: strict, and in words. */
#include "testdata.h"

#include <shinrai/flow.h>

static json_t *vectors;

static int setup(void **state)
{
	(void)state;
	vectors = testdata_json("userspace/testvectors.json", 0);
	return 0;
}

static struct shinrai_bytes sink_vector(const char *name)
{
	return testdata_hex(json_object_get(vectors, "sinks"), name);
}

static void test_sinks(void **state)
{
	static const struct {
		const char *name, *words, *json;
	} table[] = {
		{ "inet4", "192.0.2.9:443/tcp",
		  "{\"kind\":\"inet\",\"address\":\"192.0.2.9\",\"port\":443,"
		  "\"protocol\":\"tcp\"}" },
		{ "inet6", "[2001:db8::1]:53/udp",
		  "{\"kind\":\"inet\",\"address\":\"2001:db8::1\",\"port\":53,"
		  "\"protocol\":\"udp\"}" },
		{ "media", "device 0951:1666 60A44C413C",
		  "{\"kind\":\"media\",\"vendor\":\"0951\","
		  "\"product\":\"1666\",\"serial\":\"60A44C413C\"}" },
		{ "filesystem", "a filesystem of type vfat",
		  "{\"kind\":\"filesystem\",\"type\":\"vfat\"}" },
		{ "local", "socket /run/other.sock",
		  "{\"kind\":\"local\",\"path\":\"/run/other.sock\"}" },
		{ "other", "address family 40",
		  "{\"kind\":\"other\",\"family\":40,\"text\":\"\"}" },
	};
	char words[SHINRAI_SINK_WORDS], *json;
	struct shinrai_sink_view sink;
	struct shinrai_bytes b;
	json_t *j;
	size_t i;

	(void)state;
	assert_int_equal(json_object_size(json_object_get(vectors, "sinks")),
			 ARRAY_SIZE(table));
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		b = sink_vector(table[i].name);
		testdata_int(table[i].name,
			     shinrai_sink_parse(b.p, b.len, &sink), 0);
		shinrai_sink_words(&sink, words);
		assert_string_equal(words, table[i].words);
		j = shinrai_sink_json(&sink);
		json = json_dumps(j, JSON_COMPACT);
		assert_string_equal(json, table[i].json);
		free(json);
		json_decref(j);
	}
}

/* What a kind does not use is zero; XORed into the vector at @at. */
static void test_sinks_strict(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		u8 xor ;
		int expected;
		const char *why;
	} table[] = {
		{ "inet4", 0, 7, -EPROTONOSUPPORT, "unknown kind" },
		{ "inet4", 1, 1, -EBADMSG, "no such family" },
		{ "inet4", 2, 0xff, 0, "any protocol" },
		{ "inet4", 3, 1, -EBADMSG, "reserved" },
		{ "inet4", 5, 0xff, 0, "any port" },
		{ "inet4", 7, 1, -EBADMSG, "vendor of an address" },
		{ "inet4", 9, 1, -EBADMSG, "product of an address" },
		{ "inet4", 10, 0xff, 0, "any address" },
		{ "inet4", 14, 1, -EBADMSG, "fifth byte of IPv4" },
		{ "inet6", 25, 0xff, 0, "last byte of IPv6" },
		{ "media", 1, 4, -EBADMSG, "family of a device" },
		{ "media", 2, 6, -EBADMSG, "protocol of a device" },
		{ "media", 4, 1, -EBADMSG, "port of a device" },
		{ "media", 7, 0xff, 0, "any vendor" },
		{ "media", 25, 1, -EBADMSG, "address of a device" },
		{ "media", 26, 0xff, 0, "any serial" },
		{ "filesystem", 2, 1, -EBADMSG, "protocol of a filesystem" },
		{ "filesystem", 9, 1, -EBADMSG, "product of a filesystem" },
		{ "local", 1, 4, -EBADMSG, "family of a path" },
		{ "local", 8, 1, -EBADMSG, "product of a path" },
		{ "other", 2, 1, 0, "any address family" },
		{ "other", 4, 1, -EBADMSG, "port of no internet" },
		{ "other", 0, 5, -EBADMSG, "nothing, with a protocol" },
	};
	struct shinrai_sink_view sink;
	struct shinrai_bytes b;
	size_t i, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		b = sink_vector(table[i].name);
		b = testdata_copy(b.p, b.len);
		((u8 *)(uintptr_t)b.p)[table[i].at] ^= table[i].xor ;
		testdata_int(table[i].why,
			     shinrai_sink_parse(b.p, b.len, &sink),
			     table[i].expected);
	}
	b = testdata_longer(sink_vector("inet4"));
	assert_int_equal(shinrai_sink_parse(b.p, b.len, &sink), -EBADMSG);
	for (n = 0; n < 26; n++) {
		b = testdata_copy(sink_vector("media").p, n);
		assert_int_equal(shinrai_sink_parse(b.p, b.len, &sink),
				 -EBADMSG);
	}
}

static const json_t *record_vector(const char *name)
{
	const json_t *rec;
	size_t i;

	json_array_foreach(json_object_get(vectors, "records"), i, rec) {
		if (!strcmp(testdata_text(rec, "name"), name))
			return rec;
	}
	fail_msg("no record %s", name);
	return NULL;
}

/* Event @n of a record; it is pointed into. */
static void read_event(struct shinrai_bytes cel, unsigned int n,
		       struct shinrai_event *ev)
{
	struct shinrai_rd r, events;
	struct shinrai_record rec;
	struct shinrai_header h;
	const u8 *tlv;

	shinrai_rd_init(&r, cel.p, cel.len);
	assert_int_equal(shinrai_record_next(&r, &rec), 1);
	assert_int_equal(shinrai_content_parse(&rec, &h, &tlv, &events), 0);
	do {
		assert_int_equal(shinrai_event_next(&events, ev), 1);
	} while (n--);
}

static const char *acme(const void *ctx, const u8 owner[SHINRAI_DIGEST_SIZE])
{
	(void)owner;
	return ctx;
}

static const char *drawings(const void *ctx, const struct shinrai_label_id *id)
{
	(void)ctx;
	return id->uuid[0] == 0xa0 ? "drawings" : NULL;
}

static void test_words(void **state)
{
	static const struct shinrai_flow_names names = { "acme", acme,
							 drawings };
	static const struct {
		const char *record;
		unsigned int event;
		bool named;
		const char *who; /* then a digest in parentheses */
		const char *rest;
	} table[] = {
		{ "violation", 0, true, "program /usr/bin/curl (sha256 ",
		  " of user 1000 tried to send acme/drawings to "
		  "192.0.2.9:443/tcp, 2 times, 4096 bytes: refused by acme "
		  "policy generation 7, line 12" },
		{ "flows", 1, true, "program /usr/bin/curl (sha256 ",
		  " of user 1000 sent acme/drawings to [2001:db8::1]:53/udp, 2 "
		  "times, 4096 bytes: allowed by acme policy generation 7, "
		  "line 12" },
		{ "flows", 2, false, "program /usr/bin/curl (sha256 ",
		  " of user 1000 exported 9e33ce6d55e4/"
		  "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf to device 0951:1666 "
		  "60A44C413C, 2 times, 4096 bytes: audited by 9e33ce6d55e4 "
		  "policy generation 7, line 12" },
	};
	char words[SHINRAI_FLOW_WORDS];
	struct shinrai_event ev;
	struct shinrai_flow f;
	size_t i;
	u8 id;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		read_event(testdata_hex(record_vector(table[i].record), "cel"),
			   table[i].event, &ev);
		assert_int_equal(shinrai_flow_parse(&ev, &f, &id), 0);
		shinrai_flow_words(&f, table[i].named ? &names : NULL, words);
		if (strncmp(words, table[i].who, strlen(table[i].who)))
			fail_msg("%s", words);
		assert_string_equal(strchr(words, ')') + 1, table[i].rest);
	}
}

/* Who it was and where to are not told; that it happened is. */
static void test_withheld(void **state)
{
	const json_t *j =
		json_array_get(json_object_get(vectors, "redacted"), 2);
	char words[SHINRAI_FLOW_WORDS];
	struct shinrai_event ev;
	struct shinrai_flow f;
	u8 id;

	(void)state;
	read_event(testdata_hex(j, "cel"), 1, &ev);
	assert_int_equal(shinrai_flow_parse(&ev, &f, &id), 0);
	assert_false(f.have_uid || f.have_cgroup || f.have_sink || f.exe.p);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.wall_ns, 1700000000123456789);
	shinrai_flow_words(&f, NULL, words);
	assert_non_null(strstr(words, "to somewhere withheld (inet)"));
	assert_null(strstr(words, "user"));
}

/* The longest texts there can be are cut, and never written behind the end. */
static void test_long(void **state)
{
	static u8 path[SHINRAI_MAX_PATH], labels[64 * 48];
	struct shinrai_flow f = { 0 };
	char words[SHINRAI_FLOW_WORDS];

	(void)state;
	memset(path, 0xff, sizeof(path));
	f.action = SHINRAI_ACTION_TRACE;
	f.verdict = SHINRAI_VERDICT_DENY;
	f.sink_kind = f.sink.s.kind = SHINRAI_SINK_LOCAL;
	f.have_sink = true;
	f.sink.text = f.path = f.exe =
		(struct shinrai_bytes){ path, sizeof(path) };
	f.label = (const struct shinrai_label_id *)labels;
	f.nlabels = 64;
	f.count = f.bytes = UINT64_MAX;
	shinrai_flow_words(&f, NULL, words);
	assert_non_null(strstr(words, "and 60 more"));
	assert_in_range(strlen(words), 700, SHINRAI_FLOW_WORDS - 1);
}

static void test_time(void **state)
{
	static const struct {
		u64 ns;
		const char *text;
	} table[] = {
		{ 0, "1970-01-01T00:00:00.000000000Z" },
		{ 1700000000123456789, "2023-11-14T22:13:20.123456789Z" },
		{ 951782400000000001, "2000-02-29T00:00:00.000000001Z" },
		{ UINT64_MAX, "2554-07-21T23:34:33.709551615Z" },
	};
	char text[SHINRAI_TIME_NS];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		shinrai_time_ns_format(table[i].ns, text);
		assert_string_equal(text, table[i].text);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(shinrai_action_name(SHINRAI_ACTION_EXPORT),
			    "export");
	assert_string_equal(shinrai_action_name(0), "unknown");
	assert_string_equal(shinrai_action_name(SHINRAI_ACTIONS), "unknown");
	assert_string_equal(shinrai_answer_name(SHINRAI_VERDICT_DENY), "deny");
	assert_string_equal(shinrai_answer_name(4), "unknown");
	assert_string_equal(shinrai_sink_name(SHINRAI_SINK_NONE), "none");
	assert_string_equal(shinrai_sink_name(255), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sinks),
		cmocka_unit_test(test_sinks_strict),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_withheld),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
