// SPDX-License-Identifier: MIT
/* Requests that read: how many of a client are read for at once, and whose turn it is. */
/* links: userspace/verifier/api_errand.c userspace/verifier/device.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../userspace/verifier/api_part.h"

#define MOST 100

/* A client is its key. */
struct conn {
	u8 key[32];
};

static struct fleet fleet;
static struct job *begun[MOST];
static size_t nbegun, answers;

const u8 *conn_key(const struct conn *c)
{
	return c->key;
}

void keep_read(struct fleet *f, struct job *j)
{
	assert_ptr_equal(f, &fleet);
	assert_true(nbegun < MOST);
	begun[nbegun++] = j;
}

void keep_put(struct fleet *f, struct job *j)
{
	(void)f;
	(void)j;
	fail_msg("nothing is written here");
}

void ca_release(struct ca *held)
{
	assert_null(held);
}

const struct conf_person *conf_person(const struct conf *conf, const u8 key[32])
{
	(void)conf;
	(void)key;
	return NULL;
}

void reply_json(struct evhttp_request *req, int status, const char *reason,
		const char *type, json_t *json)
{
	(void)req;
	(void)reason;
	(void)type;
	json_decref(json);
	fail_msg("%d", status);
}

void reply(struct evhttp_request *req, int status, const char *reason,
	   const char *type, struct evbuffer *body)
{
	(void)req;
	(void)reason;
	(void)type;
	assert_int_equal(status, 200);
	assert_int_equal(evbuffer_get_length(body), 2);
	answers++;
}

void reply_problem(struct evhttp_request *req, int status, const char *title,
		   const char *detail)
{
	(void)req;
	(void)title;
	fail_msg("%d: %s", status, detail);
}

static int read_nothing(struct job *j, struct store *s)
{
	(void)j;
	(void)s;
	return 0;
}

static void ask(u8 client)
{
	struct conn c = { .key = { client } };
	const struct request r = { .fleet = &fleet, .conn = &c };
	struct errand *e = errand_new(NULL, read_nothing, errand_answer);

	assert_non_null(e);
	e->answer = json_object();
	errand_read(&r, e);
}

static u8 client_of(size_t which)
{
	return errand_of(begun[which])->key[0];
}

static void end(size_t which)
{
	assert_int_equal(begun[which]->keep(begun[which], NULL), 0);
	begun[which]->done(begun[which], &fleet);
}

static int forget(void **state)
{
	(void)state;
	nbegun = answers = 0;
	return 0;
}

/* However many one asks for, another one waits for two of it at most. */
static void test_one(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 60; i++)
		ask(1);
	assert_int_equal(nbegun, 2);
	ask(2);
	assert_int_equal(nbegun, 3);
	assert_int_equal(client_of(2), 2);
	for (i = 0; i < nbegun; i++)
		end(i);
	assert_int_equal(nbegun, 61);
	assert_int_equal(answers, 61);
}

/* Of many there are few at once, and who came first goes first. */
static void test_many(void **state)
{
	size_t i, at_once;

	(void)state;
	for (i = 0; i < 20; i++)
		ask((u8)i);
	at_once = nbegun;
	assert_in_range(at_once, 2, 19);
	for (i = 0; i < nbegun; i++) {
		assert_int_equal(client_of(i), i);
		end(i);
		assert_int_equal(nbegun,
				 i + 1 + at_once < 20 ? i + 1 + at_once : 20);
	}
	assert_int_equal(answers, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one, forget),
		cmocka_unit_test_setup(test_many, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
