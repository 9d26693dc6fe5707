// SPDX-License-Identifier: MIT
/* Spool: append, ranges, and recovery from a cut at every byte. */
/* links: userspace/shinraid/spool.c userspace/shinraid/prune.c userspace/shinraid/boots.c */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../userspace/shinraid/spool.h"

#define RECORDS 5

static char root[] = "/tmp/shinraid-spool-XXXXXX";
static char file[128];
static const u8 boot_id[SHINRAI_BOOT_ID_SIZE] = { 0xab };
static u8 log_bytes[4096];
static u64 border[RECORDS + 1];

/* Record @n of @boot: one event, one bank. */
static size_t make(u64 n, const u8 *boot, u8 *out, size_t cap)
{
	static const u8 banks[] = { 0, 0x0b, 32, 0, 0, 0x12, 32, 1 };
	static const u8 window[] = { 0, 0, 0, 100, 0, 0, 1, 0 };
	u8 digest[32] = { 0 }, events[256];
	const struct shinrai_digest d = { 0x0b, 32, digest };
	struct shinrai_header h = { .version = SHINRAI_RECORD_VERSION,
				    .type = n == 0 ? SHINRAI_RECORD_START :
					    n == 1 ? SHINRAI_RECORD_ARM :
						     SHINRAI_RECORD_EVENTS,
				    .pcr = 12,
				    .recnum = n,
				    .event_count = 1 };
	struct shinrai_event ev = { .nfields = 1 };
	struct shinrai_wr w, e;

	if (n == 0) {
		ev.type = SHINRAI_EVENT_START;
		ev.field[0].id = SHINRAI_FIELD_BANKS;
		ev.field[0].data = banks;
	} else {
		ev.type = n == 1 ? SHINRAI_EVENT_ARM : SHINRAI_EVENT_CODE;
		ev.field[0].id = SHINRAI_FIELD_WINDOW;
		ev.field[0].data = window;
	}
	ev.field[0].len = 8;
	memcpy(h.boot_id, boot, sizeof(h.boot_id));
	shinrai_wr_init(&e, events, sizeof(events));
	assert_int_equal(shinrai_event_encode(&e, &ev), 0);
	assert_int_equal(shinrai_event_leaf(&ev, h.root), 0);
	shinrai_wr_init(&w, out, cap);
	shinrai_record_encode(&w, &h, &d, 1, events, e.len);
	assert_int_equal(w.err, 0);
	return w.len;
}

static int append(struct spool *sp, const u8 *p, size_t len)
{
	struct shinrai_record rec;
	struct shinrai_header h;
	struct shinrai_rd r;

	shinrai_rd_init(&r, p, len);
	assert_int_equal(shinrai_record_next(&r, &rec), 1);
	assert_int_equal(shinrai_record_check(&rec, &h), SHINRAI_FAULT_NONE);
	return spool_append(sp, &rec, &h);
}

static void write_file(const void *p, size_t len)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, len), len);
	close(fd);
}

static int setup(void **state)
{
	u64 n;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(file, sizeof(file), "%s/ab%030d", root, 0);
	assert_int_equal(mkdir(file, 0700), 0);
	strcat(file, "/log.cel");
	for (n = 0; n < RECORDS; n++)
		border[n + 1] = border[n] + make(n, boot_id,
						 log_bytes + border[n],
						 sizeof(log_bytes) - border[n]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(file);
	strcpy(strrchr(file, '/'), "/order");
	unlink(file);
	*strrchr(file, '/') = '\0';
	rmdir(file);
	strcpy(strrchr(file, '/'), "/boots");
	unlink(file);
	return rmdir(root);
}

static void test_append(void **state)
{
	u8 other[512];
	const u8 other_boot[SHINRAI_BOOT_ID_SIZE] = { 1 };
	struct spool sp;
	struct stat st;
	u64 n;

	(void)state;
	unlink(file);
	spool_init(&sp);
	assert_int_equal(spool_open(&sp, root, boot_id), 0);
	assert_int_equal(sp.records, 0);
	for (n = 0; n < RECORDS; n++) {
		/* Neither again, nor one too far, nor of another boot. */
		assert_int_equal(append(&sp, other,
					make(n + 1, boot_id, other, 512)),
				 -EINVAL);
		assert_int_equal(append(&sp, other,
					make(n, other_boot, other, 512)),
				 -EINVAL);
		assert_int_equal(append(&sp, log_bytes + border[n],
					border[n + 1] - border[n]),
				 0);
		assert_int_equal(spool_size(&sp), border[n + 1]);
	}
	assert_int_equal(sp.synced, 0);
	assert_int_equal(spool_flush(&sp), 0);
	assert_int_equal(sp.synced, RECORDS);
	assert_int_equal(fstat(sp.fd, &st), 0);
	assert_int_equal(st.st_size, border[RECORDS]);
	spool_close(&sp);
}

/* Cut anywhere, what is whole survives and the rest can be written again. */
static void test_torn(void **state)
{
	struct spool sp;
	struct stat st;
	u64 cut, n;

	(void)state;
	for (cut = 0; cut <= border[RECORDS]; cut++) {
		write_file(log_bytes, cut);
		spool_init(&sp);
		assert_int_equal(spool_open(&sp, root, boot_id), 0);
		for (n = 0; n < RECORDS && border[n + 1] <= cut; n++)
			;
		assert_int_equal(sp.records, n);
		assert_int_equal(sp.cut, cut - border[n]);
		assert_int_equal(fstat(sp.fd, &st), 0);
		assert_int_equal(st.st_size, border[n]);
		if (n < RECORDS)
			assert_int_equal(append(&sp, log_bytes + border[n],
						border[n + 1] - border[n]),
					 0);
		spool_close(&sp);
	}
}

/* One changed byte anywhere in record 2: records 0 and 1 survive. */
static void test_changed(void **state)
{
	u8 copy[sizeof(log_bytes)];
	unsigned int survived = 0;
	struct spool sp;
	u64 at;

	(void)state;
	for (at = border[2]; at < border[3]; at++) {
		memcpy(copy, log_bytes, sizeof(copy));
		copy[at] ^= 1;
		write_file(copy, border[RECORDS]);
		spool_init(&sp);
		assert_int_equal(spool_open(&sp, root, boot_id), 0);
		assert_true(sp.records == 2 || sp.records == RECORDS);
		survived += sp.records == RECORDS;
		spool_close(&sp);
	}
	/* The bank's digest, and type, time and the like in the header, are
	 * for the verifier: without the TPM nothing tells them wrong.
	 */
	assert_true(survived <= 32 + 1 + 1 + 8);
}

static void test_facts(void **state)
{
	struct spool sp;

	(void)state;
	write_file(log_bytes, border[RECORDS]);
	spool_init(&sp);
	assert_int_equal(spool_open(&sp, root, boot_id), 0);
	assert_int_equal(sp.facts.ncapped, 1);
	assert_int_equal(sp.facts.capped[0], 0x12);
	assert_int_equal(sp.facts.window_ms, 100);
	assert_int_equal(sp.facts.window_events, 256);
	spool_close(&sp);
}

static void test_range(void **state)
{
	static const struct {
		u64 from;
		u64 max; /* in records */
		u64 first;
		u64 end;
		const char *why;
	} t[] = {
		{ 0, RECORDS, 0, RECORDS, "all" },
		{ 2, RECORDS, 2, RECORDS, "the rest" },
		{ RECORDS, RECORDS, RECORDS, RECORDS, "nothing new" },
		{ RECORDS + 1, RECORDS, 0, RECORDS, "beyond: all" },
		{ UINT64_MAX, RECORDS, 0, RECORDS, "far beyond: all" },
		{ 1, 3, 1, 3, "limited to whole records" },
		{ 1, 1, 1, 1, "no room" },
	};
	u64 first, offset, len;
	struct spool sp;
	size_t i;

	(void)state;
	write_file(log_bytes, border[RECORDS]);
	spool_init(&sp);
	assert_int_equal(spool_range(&sp, 0, 1, &first, &offset, &len),
			 -ENODATA);
	assert_int_equal(spool_open(&sp, root, boot_id), 0);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		u64 max = border[t[i].max] - border[t[i].first];

		assert_int_equal(spool_range(&sp, t[i].from, max, &first,
					     &offset, &len),
				 0);
		assert_int_equal(first, t[i].first);
		assert_int_equal(offset, border[t[i].first]);
		assert_int_equal(len, border[t[i].end] - border[t[i].first]);
		if (!max)
			continue;
		/* One byte less is one record less. */
		spool_range(&sp, t[i].from, max - 1, &first, &offset, &len);
		assert_true(len < border[t[i].end] - border[t[i].first]);
	}
	spool_close(&sp);
}

static void write_boots(const char *path, u32 n, size_t torn)
{
	u8 id[SHINRAI_BOOT_ID_SIZE] = { 0 };
	FILE *f;
	u32 i;

	f = fopen(path, "w");
	assert_non_null(f);
	for (i = 0; i < n; i++) {
		memcpy(id, &i, sizeof(i));
		assert_int_equal(fwrite(id, sizeof(id), 1, f), 1);
	}
	assert_int_equal(fwrite(id, 1, torn, f), torn);
	fclose(f);
}

/* The names of boots outlive their logs, but not for ever. */
static void test_boots(void **state)
{
	static const struct {
		u32 before; /* names that are there */
		size_t torn; /* bytes behind them */
		bool again; /* the last of them is to be written down once more */
		u32 first, n; /* names that are there then */
		const char *why;
	} t[] = {
		{ 0, 0, false, 0, 1, "the first one" },
		{ 0, 5, false, 0, 1, "what is torn is none" },
		{ 3, 0, false, 0, 4, "one more" },
		{ 3, 0, true, 0, 3, "once is enough" },
		{ 3, 5, false, 0, 4, "what is torn makes room" },
		{ SPOOL_BOOTS - 1, 0, false, 0, SPOOL_BOOTS, "full" },
		{ SPOOL_BOOTS, 0, true, 0, SPOOL_BOOTS,
		  "full, but for nothing more" },
		{ SPOOL_BOOTS, 0, false, 1, SPOOL_BOOTS,
		  "the oldest one is forgotten" },
		{ SPOOL_BOOTS, 7, false, 1, SPOOL_BOOTS,
		  "also with more than can be" },
	};
	static u8 got[(SPOOL_BOOTS + 1) * SHINRAI_BOOT_ID_SIZE];
	char own[] = "/tmp/shinraid-boots-XXXXXX", path[64];
	u8 id[SHINRAI_BOOT_ID_SIZE] = { 0 };
	ssize_t len;
	u32 last, i, k;
	int dir, fd;

	(void)state;
	assert_non_null(mkdtemp(own));
	dir = open(own, O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), "%s/boots", own);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		write_boots(path, t[i].before, t[i].torn);
		last = t[i].before - t[i].again;
		memcpy(id, &last, sizeof(last));
		assert_int_equal(spool_add_boot(own, dir, id), 0);
		fd = open(path, O_RDONLY);
		len = read(fd, got, sizeof(got));
		close(fd);
		if (len != (ssize_t)(t[i].n * sizeof(id)))
			fail_msg("%s: %zd bytes", t[i].why, len);
		for (k = 0; k < t[i].n; k++) {
			last = t[i].first + k;
			if (memcmp(got + k * sizeof(id), &last, sizeof(last)))
				fail_msg("%s: %u", t[i].why, k);
		}
	}
	close(dir);
	unlink(path);
	assert_int_equal(rmdir(own), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append),	cmocka_unit_test(test_torn),
		cmocka_unit_test(test_changed), cmocka_unit_test(test_facts),
		cmocka_unit_test(test_range),	cmocka_unit_test(test_boots),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
