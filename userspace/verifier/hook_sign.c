// SPDX-License-Identifier: MIT
/* Signatures of webhooks as Standard Webhooks has them: "v1", HMAC-SHA256. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <shinrai/util.h>

#include "hook.h"

#define PREFIX "whsec_"
#define FILE_MAX 256
#define ALPHABET                     \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"abcdefghijklmnopqrstuvwxyz0123456789+/"

/* Return: 0; -EBADMSG. */
static int decode(char *text, struct hook_secret *secret)
{
	u8 raw[FILE_MAX];
	size_t len, pad;
	int n;

	text[strcspn(text, "\r\n")] = '\0';
	if (strncmp(text, PREFIX, strlen(PREFIX)))
		return -EBADMSG;
	text += strlen(PREFIX);
	len = strlen(text);
	pad = len - strcspn(text, "=");
	/* OpenSSL takes blanks and padding in more places than there can be. */
	if (pad > 2 || (pad == 2 && text[len - 1] != '=') ||
	    strspn(text, ALPHABET) != len - pad)
		return -EBADMSG;
	n = len ? EVP_DecodeBlock(raw, (const u8 *)text, (int)len) : -1;
	if (n < 0)
		return -EBADMSG;
	n -= (int)pad;
	if (n < HOOK_SECRET_MIN || n > HOOK_SECRET_MAX)
		return -EBADMSG;
	memcpy(secret->key, raw, (size_t)n);
	secret->len = (size_t)n;
	explicit_bzero(raw, sizeof(raw));
	return 0;
}

/**
 * hook_secret_read() - the secret that one webhook is signed with
 * @path: file with "whsec_" and base64 of 24 to 64 bytes
 * @secret: out on success
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -EBADMSG; -EACCES others may read it; -errno.
 */
int hook_secret_read(const char *path, struct hook_secret *secret, char *err,
		     size_t errlen)
{
	char text[FILE_MAX + 1];
	struct stat st;
	size_t len;
	u8 *data;
	int ret = shinrai_file_read(path, FILE_MAX, &data, &len);

	if (ret) {
		snprintf(err, errlen, "cannot read %s: %s", path,
			 strerror(-ret));
		return ret;
	}
	memcpy(text, data, len);
	text[len] = '\0';
	explicit_bzero(data, len);
	free(data);
	ret = strlen(text) == len ? decode(text, secret) : -EBADMSG;
	explicit_bzero(text, sizeof(text));
	if (ret) {
		snprintf(err, errlen,
			 "%s is no secret: " PREFIX " and base64 of %d to %d "
			 "bytes",
			 path, HOOK_SECRET_MIN, HOOK_SECRET_MAX);
		return ret;
	}
	if (stat(path, &st) || !(st.st_mode & 077))
		return 0;
	snprintf(err, errlen, "others may read %s (chmod 600)", path);
	return -EACCES;
}

/**
 * hook_sign() - what shows that a webhook comes from us, and when it did
 * @secret: that the receiver has, too
 * @id: of the message
 * @time: s since 1970
 * @body: the message
 * @out: out, header webhook-signature
 *
 * Return: 0; -ENOMEM.
 */
int hook_sign(const struct hook_secret *secret, const char *id, s64 time,
	      const char *body, char out[HOOK_SIGNATURE_SIZE])
{
	unsigned int len = 32;
	char *text;
	u8 mac[32];
	int n = asprintf(&text, "%s.%lld.%s", id, (long long)time, body);
	bool ok;

	if (n < 0)
		return -ENOMEM;
	ok = HMAC(EVP_sha256(), secret->key, (int)secret->len, (const u8 *)text,
		  (size_t)n, mac, &len);
	free(text);
	if (!ok)
		return -ENOMEM;
	memcpy(out, "v1,", 3);
	EVP_EncodeBlock((u8 *)out + 3, mac, (int)len);
	return 0;
}
