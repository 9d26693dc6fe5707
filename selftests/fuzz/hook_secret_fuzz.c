// SPDX-License-Identifier: MIT
/* links: userspace/verifier/hook_sign.c */
/* A webhook's secret: what is taken is base64 of as many bytes as there may be. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../userspace/verifier/hook.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static int read_secret(const void *data, size_t len, struct hook_secret *s)
{
	int fd = memfd_create("secret", MFD_CLOEXEC), ret;
	char path[64], err[256] = "";

	if (fd < 0 || fchmod(fd, 0600) || write(fd, data, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = hook_secret_read(path, s, err, sizeof(err));
	if (!ret != !*err)
		abort();
	close(fd);
	return ret;
}

/* Written anew it is the same again, and signs alike. */
static void check(const struct hook_secret *s, const char *body)
{
	char text[128] = "whsec_", one[HOOK_SIGNATURE_SIZE];
	char two[HOOK_SIGNATURE_SIZE];
	struct hook_secret back;

	if (s->len < HOOK_SECRET_MIN || s->len > HOOK_SECRET_MAX)
		abort();
	EVP_EncodeBlock((u8 *)text + strlen(text), s->key, (int)s->len);
	if (read_secret(text, strlen(text), &back) || back.len != s->len ||
	    memcmp(back.key, s->key, s->len))
		abort();
	if (hook_sign(s, "log.1", 1, body, one) ||
	    hook_sign(&back, "log.1", 1, body, two) || strcmp(one, two) ||
	    strlen(one) != HOOK_SIGNATURE_SIZE - 1)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct hook_secret s = { .len = 0 };
	char *body = strndup((const char *)data, len);

	if (!body)
		abort();
	if (!read_secret(data, len, &s))
		check(&s, body);
	free(body);
	return 0;
}
