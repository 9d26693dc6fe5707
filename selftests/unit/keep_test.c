// SPDX-License-Identifier: MIT
/*
 * What is kept together: whose failure costs whom, and what is said of the database;
 * and that what is only read is read beside it.
 */
/* links: userspace/verifier/keep.c userspace/daemon/diag.c userspace/verifier/store_url.c userspace/verifier/store_sql.c userspace/verifier/store_postgres.c userspace/verifier/store_tables.c userspace/verifier/store_sqlite.c userspace/verifier/store_schema.c userspace/verifier/store_device.c userspace/verifier/store_enrol.c userspace/verifier/store_known.c userspace/verifier/store_ima.c userspace/verifier/device.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "../../userspace/verifier/conf.h"
#include "../../userspace/verifier/fleet.h"
#include "../../userspace/verifier/store_sql.h"
#include "store_place.h"

#define JOBS 3

static struct fleet fleet;

/* One thread is all ends: what is put to a stage is a batch of it. */
struct stage {
	void (*run)(struct task_list *tasks, void *arg);
	struct task_list batch;
};
static struct stage stages[2], *begun = stages;
static void (*take)(struct task *t, void *arg);

struct stage *stage_new(unsigned int threads, unsigned int most,
			void (*work)(struct task_list *tasks, void *arg),
			void *arg)
{
	assert_int_equal(threads, 1);
	assert_true(most >= JOBS);
	assert_ptr_equal(arg, &fleet);
	begun->run = work;
	STAILQ_INIT(&begun->batch);
	return begun++;
}

void stage_put(struct stage *s, struct task *t)
{
	STAILQ_INSERT_TAIL(&s->batch, t, link);
}

static void run(struct stage *s)
{
	s->run(&s->batch, &fleet);
}

void stage_free(struct stage *s)
{
	assert_true(STAILQ_EMPTY(&s->batch));
}

void mailbox_free(struct mailbox *m)
{
	assert_ptr_equal(m, &take);
}

struct mailbox *mailbox_new(struct event_base *base,
			    void (*taker)(struct task *t, void *arg), void *arg)
{
	(void)base;
	(void)arg;
	take = taker;
	return (struct mailbox *)&take;
}

void mailbox_put(struct mailbox *m, struct task_list *tasks)
{
	struct task *t;

	(void)m;
	while ((t = STAILQ_FIRST(tasks))) {
		STAILQ_REMOVE_HEAD(tasks, link);
		take(t, &fleet);
	}
}

static s64 add(const char *name, int *ret)
{
	char empty[] = "";
	struct device_record r = { .name = (char *)(uintptr_t)name,
				   .url = empty,
				   .tls_name = empty,
				   .policy = empty,
				   .group = empty };

	*ret = store_add(fleet.store, &r);
	return r.id;
}

struct test_job {
	struct job job;
	char name[8];
	bool done;
};

static int write_one(struct job *j, struct store *s)
{
	int ret;

	(void)s;
	add(((struct test_job *)j)->name, &ret);
	return ret;
}

static int write_known(struct job *j, struct store *s)
{
	int ret;

	(void)j;
	(void)s;
	add("known", &ret);
	return ret;
}

static int write_fails(struct job *j, struct store *s)
{
	int ret = write_one(j, s);

	return ret ? ret : -ENOSPC;
}

/* Of the device that is known, whose row is damaged. */
static int read_damaged(struct job *j, struct store *s)
{
	struct shinrai_facts facts = { 0 };
	int ret = store_facts(s, 1, &facts);

	(void)j;
	shinrai_facts_free(&facts);
	return ret;
}

static int read_well(struct job *j, struct store *s)
{
	struct shinrai_facts facts = { 0 };

	(void)j;
	return store_facts(s, 2, &facts);
}

/* As SQLite does on some errors, and a connection that is cut. */
static int read_broken(struct job *j, struct store *s)
{
	(void)j;
	sql_run(s, "ROLLBACK");
	return -EIO;
}

static void done(struct job *j, struct fleet *f)
{
	assert_ptr_equal(f, &fleet);
	((struct test_job *)j)->done = true;
}

static int count_device(void *arg, const struct device_record *r)
{
	(void)r;
	++*(unsigned int *)arg;
	return 0;
}

static unsigned int devices(void)
{
	unsigned int n = 0;

	assert_int_equal(store_devices(fleet.store, count_device, &n), 0);
	return n;
}

static int setup(void **state)
{
	static struct conf conf;
	static const char raw[] = "INSERT INTO facts (device, n, total,"
				  " packed) SELECT id, 0, 1, ek"
				  " FROM device JOIN enrolment"
				  " ON device = id";
	struct device_record r = { 0 };
	enum store_conflict conflict;
	char err[256], empty[] = "", name[] = "known";

	(void)state;
	place_make();
	conf.database = path;
	fleet.conf = &conf;
	if (store_open(path, &fleet.store, err, sizeof(err)))
		fail_msg("%s", err);
	r.name = name;
	r.url = r.tls_name = r.policy = r.group = empty;
	assert_int_equal(store_begin(fleet.store), 0);
	assert_int_equal(
		store_enrol(fleet.store, &r, true, false, 1, &conflict), 0);
	assert_int_equal(r.id, 1);
	assert_int_equal(sql_run(fleet.store, raw), 0);
	assert_int_equal(store_commit(fleet.store), 0);
	if (keep_start(&fleet, err, sizeof(err)))
		fail_msg("%s", err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	keep_stop(&fleet);
	store_close(fleet.store);
	return place_remove();
}

enum keeps { STAYS, YES, NO };

static const struct {
	struct {
		int (*keep)(struct job *j, struct store *s);
		bool reads;
		int err;
	} job[JOBS];
	unsigned int kept;
	enum keeps keeps;
	const char *why;
} table[] = {
	{ { { write_one, false, 0 },
	    { read_well, true, 0 },
	    { write_one, false, 0 } },
	  2,
	  YES,
	  "all is well" },
	{ { { write_one, false, 0 },
	    { read_damaged, true, -EBADMSG },
	    { write_one, false, 0 } },
	  2,
	  YES,
	  "what one device has is damaged: others are kept" },
	{ { { read_damaged, true, -EBADMSG }, { read_well, true, 0 } },
	  0,
	  STAYS,
	  "who only reads says nothing of what can be written" },
	{ { { write_known, false, -EEXIST }, { read_well, true, 0 } },
	  0,
	  STAYS,
	  "nor does who found nothing to write" },
	{ { { write_known, false, -EEXIST }, { write_one, false, 0 } },
	  1,
	  YES,
	  "that costs nobody" },
	{ { { write_one, false, -ENOSPC },
	    { write_fails, false, -ENOSPC },
	    { read_well, true, -ENOSPC } },
	  0,
	  NO,
	  "what cannot be written costs all" },
	{ { { write_one, false, -EIO },
	    { read_broken, true, -EIO },
	    { write_one, false, -EIO } },
	  0,
	  NO,
	  "nobody's part is there any more" },
};

static void run_one(size_t which, bool before)
{
	struct test_job job[JOBS] = { 0 };
	const unsigned int had = devices();
	size_t i;

	fleet.keeps = before;
	for (i = 0; i < JOBS && table[which].job[i].keep; i++) {
		job[i].job.keep = table[which].job[i].keep;
		job[i].job.reads = table[which].job[i].reads;
		job[i].job.done = done;
		snprintf(job[i].name, sizeof(job[i].name), "%zu%d%zu", which,
			 before, i);
		keep_put(&fleet, &job[i].job);
	}
	run(fleet.keeper);
	while (i--) {
		assert_true(job[i].done);
		assert_int_equal(job[i].job.err, table[which].job[i].err);
	}
	assert_int_equal(devices() - had, table[which].kept);
	assert_int_equal(fleet.keeps, table[which].keeps == STAYS ?
					      before :
					      table[which].keeps == YES);
}

static void test_batches(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		print_message("%s\n", table[i].why);
		run_one(i, false);
		run_one(i, true);
	}
}

static unsigned int seen; /* devices, by a read */

static int read_devices(struct job *j, struct store *s)
{
	(void)j;
	seen = 0;
	return store_devices(s, count_device, &seen);
}

static int write_amid(struct job *j, struct store *s);

static struct test_job one = { .job = { .keep = read_devices, .done = done } };
static struct test_job amid = { .job = { .keep = write_amid, .done = done },
				.name = "amid" };

static void read_beside(int err)
{
	one.done = false;
	keep_read(&fleet, &one.job);
	run(fleet.reader);
	assert_true(one.done);
	assert_int_equal(one.job.err, err);
}

/* A read that begins while something is being written, and ends before that. */
static int write_amid(struct job *j, struct store *s)
{
	int ret = write_one(j, s);

	read_beside(0);
	return ret;
}

static void test_beside(void **state)
{
	const unsigned int had = devices();

	(void)state;
	one.done = false;
	keep_read(&fleet, &one.job);
	keep_put(&fleet, &amid.job);
	assert_ptr_not_equal(fleet.keeper, fleet.reader);
	run(fleet.reader);
	assert_true(one.done);
	run(fleet.keeper);
	assert_true(amid.done);
	assert_int_equal(amid.job.err, 0);
	assert_int_equal(seen, had); /* not what may yet come to nothing */
	read_beside(0);
	assert_int_equal(seen, had + 1); /* what was acknowledged */
}

/* What is written while a read is under way does not change what that sees. */
static int read_twice(struct job *j, struct store *s)
{
	unsigned int before = 0;
	int ret = store_devices(s, count_device, &before);

	(void)j;
	amid.job.keep = write_one;
	snprintf(amid.name, sizeof(amid.name), "twice");
	amid.done = false;
	keep_put(&fleet, &amid.job);
	run(fleet.keeper);
	assert_true(amid.done);
	assert_int_equal(amid.job.err, 0);
	seen = 0;
	ret = ret ? ret : store_devices(s, count_device, &seen);
	assert_int_equal(seen, before);
	return ret;
}

static void test_snapshot(void **state)
{
	(void)state;
	one.job.keep = read_twice;
	read_beside(0);
	one.job.keep = read_devices;
	read_beside(0);
	assert_int_equal(seen, devices());
}

/* By mistake, or where the database is damaged so that it would. */
static int write_beside(struct job *j, struct store *s)
{
	(void)j;
	return sql_run(s, "DELETE FROM facts");
}

static void test_read_fails(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fleet.keeps = i;
		one.job.keep = read_damaged;
		read_beside(-EBADMSG);
		one.job.keep = read_broken;
		read_beside(-EIO);
		one.job.keep = write_beside;
		read_beside(-EACCES);
		one.job.keep = read_devices;
		read_beside(0);
		assert_int_equal(fleet.keeps, i);
	}
}

/* Who reads without a pause does not make the file of what was written grow. */
static int write_much(struct job *j, struct store *s)
{
	(void)j;
	return sql_run(s, "UPDATE device SET verdict = CAST(randomblob(300000)"
			  " AS BLOB) WHERE id = 1");
}

static int read_amid(struct job *j, struct store *s)
{
	int ret = read_devices(j, s);

	amid.job.keep = write_much;
	keep_put(&fleet, &amid.job);
	run(fleet.keeper);
	assert_int_equal(amid.job.err, 0);
	return ret;
}

static void test_log_of_file(void **state)
{
	char name[sizeof(path) + 4];
	struct stat st;
	int i;

	(void)state;
	if (!place_is_file())
		skip();
	one.job.keep = read_amid;
	for (i = 0; i < 192; i++)
		read_beside(0);
	snprintf(name, sizeof(name), "%s-wal", path);
	assert_int_equal(stat(name, &st), 0);
	assert_true(st.st_size < 32 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_read_fails),
		cmocka_unit_test(test_log_of_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
