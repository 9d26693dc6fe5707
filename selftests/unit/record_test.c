// SPDX-License-Identifier: MIT
/* Records and events against userspace/testvectors.json, both directions. */
#include "testdata.h"

#include <shinrai/cel.h>
#include <shinrai/record.h>

static json_t *vectors;

static int setup(void **state)
{
	(void)state;
	vectors = testdata_json("userspace/testvectors.json", 0);
	return 0;
}

/* One event as the vectors describe it. */
static void make_event(const json_t *j, struct shinrai_event *ev)
{
	const json_t *f;
	struct shinrai_bytes b;
	size_t i;

	ev->type = (u16)testdata_uint(j, "type");
	ev->nfields = 0;
	json_array_foreach(json_object_get(j, "fields"), i, f) {
		struct shinrai_field *to = &ev->field[ev->nfields++];

		b = testdata_hex(f, "value");
		to->id = (u8)testdata_uint(f, "id");
		to->withheld = false;
		to->len = (u16)b.len;
		to->data = b.p;
		to->salt = json_object_get(f, "salt") ?
				   testdata_hex(f, "salt").p :
				   NULL;
	}
}

static void test_events(void **state)
{
	u8 buf[1024], leaf[SHINRAI_TREE_HASH];
	const json_t *rec, *e;
	struct shinrai_event ev, back;
	struct shinrai_wr w;
	struct shinrai_rd r;
	size_t i, k;

	(void)state;
	json_array_foreach(json_object_get(vectors, "records"), i, rec) {
		const char *name = testdata_text(rec, "name");

		json_array_foreach(json_object_get(rec, "events"), k, e) {
			make_event(e, &ev);
			shinrai_wr_init(&w, buf, sizeof(buf));
			testdata_int(name, shinrai_event_encode(&w, &ev), 0);
			testdata_same(name, buf, w.len, testdata_hex(e, "tlv"));
			testdata_int(name, shinrai_event_leaf(&ev, leaf), 0);
			testdata_same(name, leaf, sizeof(leaf),
				      testdata_hex(e, "leaf"));
			shinrai_rd_init(&r, buf, w.len);
			testdata_int(name, shinrai_event_next(&r, &back), 1);
			testdata_int(name, back.nfields, ev.nfields);
			testdata_int(name, shinrai_event_leaf(&back, leaf), 0);
			testdata_same(name, leaf, sizeof(leaf),
				      testdata_hex(e, "leaf"));
			testdata_int(name, shinrai_event_next(&r, &back), 0);
		}
	}
}

/* Header, record and every digest as the vectors have them. */
static void test_encode(void **state)
{
	static const char *const alg[] = { "sha1", "sha256", "sha384",
					   "sha512" };
	u8 buf[4096], tlv[SHINRAI_HEADER_TLV], hash[SHINRAI_BANK_MAX];
	struct shinrai_digest digest[4];
	const json_t *rec, *e, *d;
	struct shinrai_header h;
	u8 events[2048];
	struct shinrai_wr w, we;
	struct shinrai_bytes b;
	size_t i, k;

	(void)state;
	json_array_foreach(json_object_get(vectors, "records"), i, rec) {
		const char *name = testdata_text(rec, "name");

		h = (struct shinrai_header){
			.version = SHINRAI_RECORD_VERSION,
			.type = (u8)testdata_uint(rec, "type"),
			.pcr = (u32)testdata_uint(rec, "pcr"),
			.recnum = testdata_uint(rec, "record"),
			.time_ns = testdata_uint(rec, "time_ns"),
		};
		memcpy(h.boot_id, testdata_hex(vectors, "boot_id").p, 16);
		memcpy(h.root, testdata_hex(rec, "root").p, 32);
		shinrai_wr_init(&we, events, sizeof(events));
		json_array_foreach(json_object_get(rec, "events"), k, e) {
			b = testdata_hex(e, "tlv");
			shinrai_wr_bytes(&we, b.p, b.len);
			h.event_count++;
		}
		shinrai_header_encode(&h, tlv);
		testdata_same(name, tlv, sizeof(tlv),
			      testdata_hex(rec, "header_tlv"));
		d = json_object_get(rec, "digests");
		for (k = 0; k < ARRAY_SIZE(alg); k++) {
			b = testdata_hex(d, alg[k]);
			digest[k].alg =
				shinrai_bank_by_name(alg[k], strlen(alg[k]));
			digest[k].size = (u8)b.len;
			digest[k].value = b.p;
			if (k == 3) /* capped */
				continue;
			shinrai_bank_hash(digest[k].alg, tlv, sizeof(tlv),
					  hash);
			testdata_same(name, hash, b.len, b);
		}
		shinrai_wr_init(&w, buf, sizeof(buf));
		shinrai_record_encode(&w, &h, digest, 4, events, we.len);
		testdata_int(name, w.err, 0);
		testdata_same(name, buf, w.len, testdata_hex(rec, "cel"));
		shinrai_wr_init(&w, NULL, 0);
		shinrai_record_encode(&w, &h, digest, 4, events, we.len);
		testdata_int(name, w.len, testdata_hex(rec, "cel").len);
	}
}

static void check_cel(const char *name, struct shinrai_bytes cel, u64 fault)
{
	struct shinrai_record rec;
	struct shinrai_header h;
	struct shinrai_rd r;

	shinrai_rd_init(&r, cel.p, cel.len);
	testdata_int(name, shinrai_record_next(&r, &rec), 1);
	testdata_int(name, rec.raw_len, cel.len);
	testdata_int(name, shinrai_record_check(&rec, &h), fault);
	testdata_int(name, shinrai_record_next(&r, &rec), 0);
}

/* A redacted record has the same digests, and so the same PCR. */
static void test_check(void **state)
{
	const json_t *rec;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(vectors, "records"), i, rec)
		check_cel(testdata_text(rec, "name"), testdata_hex(rec, "cel"),
			  SHINRAI_FAULT_NONE);
	json_array_foreach(json_object_get(vectors, "redacted"), i, rec)
		check_cel(testdata_text(rec, "of"), testdata_hex(rec, "cel"),
			  SHINRAI_FAULT_NONE);
}

/* A value that was withheld cannot be read; what was shown can. */
static void test_withheld(void **state)
{
	const json_t *j =
		json_array_get(json_object_get(vectors, "redacted"), 0);
	struct shinrai_bytes cel = testdata_hex(j, "cel");
	struct shinrai_rd r, events;
	struct shinrai_record rec;
	struct shinrai_header h;
	struct shinrai_event ev;
	const u8 *tlv;
	u64 v = 7;

	(void)state;
	shinrai_rd_init(&r, cel.p, cel.len);
	assert_int_equal(shinrai_record_next(&r, &rec), 1);
	assert_int_equal(shinrai_content_parse(&rec, &h, &tlv, &events), 0);
	assert_int_equal(shinrai_event_next(&events, &ev), 1);
	assert_null(shinrai_event_field(&ev, SHINRAI_FIELD_PATH));
	assert_non_null(shinrai_event_field(&ev, SHINRAI_FIELD_UID));
	assert_int_equal(shinrai_event_uint(&ev, SHINRAI_FIELD_SIZE, 8, &v), 0);
	assert_int_equal(v, 6);
	assert_int_equal(shinrai_event_uint(&ev, SHINRAI_FIELD_SIZE, 4, &v),
			 -EBADMSG);
	assert_int_equal(shinrai_event_uint(&ev, SHINRAI_FIELD_COUNT, 8, &v),
			 -ENOENT);
}

/* Offsets into the CODE record of the vectors. */
static void test_faults(void **state)
{
	/* Four digests of 20, 32, 48 and 64 bytes, each with its TLV head. */
	enum {
		CONTENT = 13 + 6 + 5 + 4 * 5 + 164,
		HEADER = CONTENT + 5,
		EVENT = HEADER + 81
	};
	static const struct {
		size_t at;
		u8 xor ;
		int fault; /* -1: not even a record */
		const char *why;
	} table[] = {
		{ 0, 1, -1, "first TLV is not the record number" },
		{ 4, 1, -1, "length of the record number" },
		{ 12, 1, SHINRAI_FAULT_RECNUM, "CEL record number" },
		{ 13, 4, -1, "second TLV is no index" },
		{ 18, 1, SHINRAI_FAULT_PCR, "CEL PCR index" },
		{ 19, 1, -1, "third TLV is no digest list" },
		{ 24, 0x0f, -1, "bank occurs twice" },
		{ 28, 0xff, -1, "digest longer than the list" },
		{ CONTENT, 1, SHINRAI_FAULT_CONTENT_TYPE, "content type" },
		{ CONTENT + 1, 1, -1, "content longer than the log" },
		{ HEADER, 2, SHINRAI_FAULT_SYNTAX, "no header TLV" },
		{ HEADER + 4, 1, SHINRAI_FAULT_SYNTAX, "header size" },
		{ HEADER + 5, 3, SHINRAI_FAULT_VERSION, "format version" },
		{ HEADER + 8, 1, SHINRAI_FAULT_SYNTAX, "header flags" },
		{ HEADER + 12, 1, SHINRAI_FAULT_PCR, "PCR in the header" },
		{ HEADER + 36, 1, SHINRAI_FAULT_RECNUM, "number in header" },
		{ HEADER + 48, 1, SHINRAI_FAULT_COUNT, "event count" },
		{ HEADER + 49, 1, SHINRAI_FAULT_ROOT, "root" },
		{ EVENT, 1, SHINRAI_FAULT_SYNTAX, "event TLV type" },
		{ EVENT + 6, 1, SHINRAI_FAULT_ROOT, "event type" },
		{ EVENT + 8, 2, SHINRAI_FAULT_SYNTAX, "field form" },
		{ EVENT + 8, 1, SHINRAI_FAULT_SYNTAX, "public withheld" },
		{ EVENT + 7, 3, SHINRAI_FAULT_SYNTAX, "ids not ascending" },
		{ EVENT + 11, 1, SHINRAI_FAULT_ROOT, "value of a field" },
	};
	const json_t *j =
		json_array_get(json_object_get(vectors, "records"), 2);
	struct shinrai_bytes cel = testdata_hex(j, "cel"), copy;
	struct shinrai_record rec;
	struct shinrai_header h;
	struct shinrai_rd r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		copy = testdata_copy(cel.p, cel.len);
		((u8 *)copy.p)[table[i].at] ^= table[i].xor ;
		shinrai_rd_init(&r, copy.p, copy.len);
		if (table[i].fault < 0) {
			testdata_int(table[i].why,
				     shinrai_record_next(&r, &rec), -EBADMSG);
			continue;
		}
		testdata_int(table[i].why, shinrai_record_next(&r, &rec), 1);
		testdata_int(table[i].why, shinrai_record_check(&rec, &h),
			     table[i].fault);
	}
}

static void test_truncated(void **state)
{
	const json_t *j =
		json_array_get(json_object_get(vectors, "records"), 1);
	struct shinrai_bytes cel = testdata_hex(j, "cel"), copy;
	struct shinrai_record rec;
	struct shinrai_rd r;
	size_t i;

	(void)state;
	for (i = 1; i < cel.len; i++) {
		copy = testdata_copy(cel.p, i);
		shinrai_rd_init(&r, copy.p, copy.len);
		assert_int_equal(shinrai_record_next(&r, &rec), -EBADMSG);
	}
}

/* What must not be written. */
static void test_encode_refuses(void **state)
{
	static const u8 data[32];
	struct shinrai_event ev = { .type = 3, .nfields = 1 };
	static u8 big[SHINRAI_MAX_EVENT];
	u8 buf[64], leaf[32];
	struct shinrai_wr w;

	(void)state;
	ev.field[0] =
		(struct shinrai_field){ .id = 0x80, .data = data, .len = 1 };
	shinrai_wr_init(&w, buf, sizeof(buf));
	assert_int_equal(shinrai_event_encode(&w, &ev), -EINVAL);
	assert_int_equal(shinrai_event_leaf(&ev, leaf), -EINVAL);
	ev.field[0] = (struct shinrai_field){
		.id = 1, .data = data, .len = 32, .withheld = true
	};
	assert_int_equal(shinrai_event_encode(&w, &ev), -EINVAL);
	ev.field[0] = (struct shinrai_field){ .id = 1,
					      .data = big,
					      .len = SHINRAI_MAX_EVENT - 5 };
	assert_int_equal(shinrai_event_encode(&w, &ev), -EMSGSIZE);
	ev.field[0].len = 32;
	shinrai_wr_init(&w, buf, 40);
	assert_int_equal(shinrai_event_encode(&w, &ev), -ENOSPC);
	assert_int_equal(w.len, 43);
	ev.field[1] = ev.field[0];
	ev.nfields = 2;
	assert_int_equal(shinrai_event_encode(&w, &ev), -EINVAL);
}

/* As kernel/main.c and the verifier have it. */
static void test_own_pcrs(void **state)
{
	static const struct {
		u32 code, flow;
		bool refused;
	} table[] = {
		{ 12, 13, false },	  { 13, 12, false }, { 11, 15, false },
		{ 17, 22, false },	  { 12, 12, true },  { 0, 13, true },
		{ 10, 13, true },	  { 12, 10, true },  { 14, 13, true },
		{ 12, 14, true },	  { 16, 13, true },  { 12, 16, true },
		{ 23, 13, true },	  { 12, 23, true },  { 24, 13, true },
		{ 12, UINT32_MAX, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (shinrai_own_pcrs_refused(table[i].code, table[i].flow) !=
		    table[i].refused)
			fail_msg("PCRs %u and %u", table[i].code,
				 table[i].flow);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_withheld),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_encode_refuses),
		cmocka_unit_test(test_own_pcrs),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
