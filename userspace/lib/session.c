// SPDX-License-Identifier: MIT
/* The session item of saved evidence, and the text forms it uses. */
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include <shinrai/hex.h>
#include <shinrai/session.h>

static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			  "0123456789-_";

/**
 * shinrai_base64url_encode() - RFC 4648 5, no padding
 * @data: @len bytes
 * @len: their number
 * @out: (@len * 4 + 2) / 3 + 1 characters, NUL included
 *
 * Return: characters without the NUL.
 */
size_t shinrai_base64url_encode(const u8 *data, size_t len, char *out)
{
	unsigned int bits = 0;
	size_t i, n = 0;
	u32 acc = 0;

	for (i = 0; i < len; i++) {
		acc = acc << 8 | data[i];
		for (bits += 8; bits >= 6; bits -= 6)
			out[n++] = b64[acc >> (bits - 6) & 63];
	}
	if (bits)
		out[n++] = b64[acc << (6 - bits) & 63];
	out[n] = '\0';
	return n;
}

/**
 * shinrai_base64url_decode() - RFC 4648 5, no padding, unused bits zero
 * @text: NUL-terminated
 * @out: @cap bytes, undefined on error
 * @cap: room
 * @len: out, bytes written
 *
 * Return: 0; -EINVAL; -ENOSPC.
 */
int shinrai_base64url_decode(const char *text, u8 *out, size_t cap, size_t *len)
{
	unsigned int bits = 0;
	const char *at;
	size_t n = 0;
	u32 acc = 0;

	for (; *text; text++) {
		at = strchr(b64, *text);
		if (!at)
			return -EINVAL;
		acc = acc << 6 | (u32)(at - b64);
		bits += 6;
		if (bits < 8)
			continue;
		if (n == cap)
			return -ENOSPC;
		bits -= 8;
		out[n++] = (u8)(acc >> bits);
	}
	if (bits >= 6 || acc & ((1u << bits) - 1))
		return -EINVAL;
	*len = n;
	return 0;
}

/**
 * shinrai_time_format() - RFC 3339, UTC, seconds
 * @t: s since 1970
 * @text: out; years outside 0 to 9999 become 1970
 */
void shinrai_time_format(s64 t, char text[24])
{
	time_t when = (time_t)t;
	struct tm tm;

	if (t < 0 || t > 253402300799 || !gmtime_r(&when, &tm))
		memset(&tm, 0, sizeof(tm));
	if (!strftime(text, 24, "%Y-%m-%dT%H:%M:%SZ", &tm))
		text[0] = '\0';
}

/**
 * shinrai_time_parse() - the form that shinrai_time_format() writes
 * @text: NUL-terminated
 * @t: out, only on success
 *
 * Return: 0; -EINVAL.
 */
int shinrai_time_parse(const char *text, s64 *t)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (!end || *end)
		return -EINVAL;
	*t = (s64)timegm(&tm);
	return 0;
}

/**
 * shinrai_session_format() - session item, PROTOCOL.md 6
 * @s: the session
 * @text: out, NUL-terminated JSON
 *
 * Return: bytes without the NUL; -EINVAL for a nonce outside the limits.
 */
int shinrai_session_format(const struct shinrai_session *s,
			   char text[SHINRAI_SESSION_TEXT])
{
	char nonce[2 * SHINRAI_NONCE_MAX], time[24];
	char exporter[65], key[65], peer[65];

	if (s->nonce_len < SHINRAI_NONCE_MIN ||
	    s->nonce_len > SHINRAI_NONCE_MAX)
		return -EINVAL;
	shinrai_base64url_encode(s->nonce, s->nonce_len, nonce);
	shinrai_time_format(s->time, time);
	return snprintf(text, SHINRAI_SESSION_TEXT,
			"{\"nonce\":\"%s\",\"exporter\":\"%s\","
			"\"verifier_key\":\"%s\",\"peer\":\"%s\","
			"\"time\":\"%s\"}",
			nonce, shinrai_hex_encode(s->exporter, 32, exporter),
			shinrai_hex_encode(s->verifier_key, 32, key),
			shinrai_hex_encode(s->peer, 32, peer), time);
}

static bool hex32(const char *text, u8 out[32])
{
	return strlen(text) == 64 && !shinrai_hex_decode(text, 64, out);
}

/**
 * shinrai_session_parse() - session item, PROTOCOL.md 6
 * @json: @len bytes
 * @len: their number
 * @s: out, only on success
 *
 * Return: 0; -EBADMSG.
 */
int shinrai_session_parse(const void *json, size_t len,
			  struct shinrai_session *s)
{
	const char *nonce, *exporter, *key, *peer, *time;
	struct shinrai_session out = { 0 };
	int ret = -EBADMSG;
	size_t n;
	json_t *j;

	j = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	if (!j || json_unpack(j, "{s:s, s:s, s:s, s:s, s:s !}", "nonce", &nonce,
			      "exporter", &exporter, "verifier_key", &key,
			      "peer", &peer, "time", &time))
		goto out;
	if (shinrai_base64url_decode(nonce, out.nonce, sizeof(out.nonce), &n) ||
	    n < SHINRAI_NONCE_MIN)
		goto out;
	out.nonce_len = (u8)n;
	if (!hex32(exporter, out.exporter) || !hex32(key, out.verifier_key) ||
	    !hex32(peer, out.peer) || shinrai_time_parse(time, &out.time))
		goto out;
	*s = out;
	ret = 0;
out:
	json_decref(j);
	return ret;
}
