// SPDX-License-Identifier: MIT
/*
 * What a hostile server answers, in pieces of any size, and ends as it likes: an
 * answer that is taken is all there, one that is refused is told in printable words.
 */
#include <stdlib.h>

#include <openssl/ssl.h>

#include <shinrai/evidence.h>

/* What would come over TLS. */
static int fuzz_read(SSL *ssl, void *buf, size_t cap, size_t *n);
static int fuzz_error(const SSL *ssl, int ret);
#define SSL_read_ex fuzz_read
#define SSL_get_error fuzz_error

/* A length that is announced is allocated. */
#undef SHINRAI_MAX_ANSWER
#define SHINRAI_MAX_ANSWER (128u << 10)

#include "../../userspace/lib/client.c"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static const u8 *from;
static size_t left, piece;
static int ending;

static int fuzz_read(SSL *ssl, void *buf, size_t cap, size_t *n)
{
	(void)ssl;
	*n = left < piece ? left : piece;
	if (*n > cap)
		*n = cap;
	if (!*n)
		return 0;
	memcpy(buf, from, *n);
	from += *n;
	left -= *n;
	return 1;
}

static int fuzz_error(const SSL *ssl, int ret)
{
	(void)ssl;
	(void)ret;
	return ending;
}

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_refusal(const struct shinrai_client_answer *ans)
{
	const char *p;

	check(ans->step && !ans->body && *ans->why &&
	      memchr(ans->why, '\0', sizeof(ans->why)));
	for (p = ans->why; *p; p++)
		check(*p >= ' ' && *p <= '~');
}

/* @data: what is asked and how it ends, bytes that come at once, the answer */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_client_request req = { .host = "press", .port = "1" };
	struct shinrai_client_answer ans = { 0 };
	struct client c = { .req = &req, .ans = &ans, .fd = -1 };
	const u8 *body;

	if (len < 2)
		return 0;
	req.method = data[0] & 1 ? "GET" : NULL;
	ending = data[0] & 2 ? SSL_ERROR_ZERO_RETURN : SSL_ERROR_SSL;
	piece = data[1] ? data[1] : SIZE_MAX;
	from = data + 2;
	left = len - 2;
	if (read_answer(&c)) {
		check_refusal(&ans);
		return 0;
	}
	/* Whatever came with the last piece, it is the end of that. */
	body = from - ans.len;
	check(ans.body && ans.len <= len - 2 && !ans.step &&
	      !memcmp(body, ans.body, ans.len) &&
	      (req.method || ans.status == 200));
	free(ans.body);
	return 0;
}
