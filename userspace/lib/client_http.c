// SPDX-License-Identifier: MIT
/* HTTP/1.1 as far as the client needs it (RFC 9112): strict and small. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <shinrai/evidence.h>
#include <shinrai/hex.h>

#include "client_http.h"

static int format(const struct shinrai_client_request *req, const char *accept,
		  const char *method, const char *path, const char *body,
		  char **text)
{
	bool v6 = strchr(req->host, ':');
	int n;

	n = asprintf(text,
		     "%s %s HTTP/1.1\r\nHost: %s%s%s:%s\r\n"
		     "User-Agent: shinrai-verify/1\r\n"
		     "Accept: %s\r\n"
		     "Content-Type: application/json\r\n"
		     "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		     method, path, v6 ? "[" : "", req->host, v6 ? "]" : "",
		     req->port, accept, strlen(body), body);
	return n < 0 ? -ENOMEM : 0;
}

/**
 * shinrai_http_request() - what is asked, PROTOCOL.md 5 or 10
 * @req: whom and from where
 * @s: the nonce
 * @text: out, NUL-terminated, for free()
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_http_request(const struct shinrai_client_request *req,
			 const struct shinrai_session *s, char **text)
{
	char nonce[2 * SHINRAI_NONCE_MAX], boot[33], body[512];
	int n;

	if (req->method)
		return format(req, "application/json", req->method, req->path,
			      req->json ? req->json : "", text);
	shinrai_base64url_encode(s->nonce, s->nonce_len, nonce);
	n = snprintf(body, sizeof(body), "{\"nonce\":\"%s\",\"%s\":%llu", nonce,
		     req->violations ? "since" : "from",
		     (unsigned long long)req->from);
	if (req->boot_id)
		n += snprintf(body + n, sizeof(body) - (size_t)n,
			      ",\"boot_id\":\"%s\"",
			      shinrai_hex_encode(req->boot_id, 16, boot));
	/* One that cannot give it in part knows no such member. */
	if (req->boot_id && req->ima_from && !req->violations)
		n += snprintf(body + n, sizeof(body) - (size_t)n,
			      ",\"ima_from\":%llu",
			      (unsigned long long)req->ima_from);
	if (req->boot_id && req->no_firmware && !req->violations)
		n += snprintf(body + n, sizeof(body) - (size_t)n,
			      ",\"items\":" SHINRAI_ITEMS_NO_FIRMWARE);
	snprintf(body + n, sizeof(body) - (size_t)n, "}");
	return format(req, SHINRAI_EVIDENCE_TYPE, "POST",
		      req->violations ? "/v1/violations" : "/v1/evidence", body,
		      text);
}

/**
 * shinrai_http_head_end() - where the body begins
 * @text: @len bytes
 * @len: received so far
 *
 * Return: offset after the empty line; 0 when it is not there yet.
 */
size_t shinrai_http_head_end(const char *text, size_t len)
{
	const char *end = memmem(text, len, "\r\n\r\n", 4);

	return end ? (size_t)(end - text) + 4 : 0;
}

static int number(const char *s, size_t n, size_t max, size_t *out)
{
	size_t v = 0, i;

	if (!n || n > 10)
		return -EBADMSG;
	for (i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]))
			return -EBADMSG;
		v = v * 10 + (size_t)(s[i] - '0');
	}
	if (v > max)
		return -EMSGSIZE;
	*out = v;
	return 0;
}

static bool named(const char *line, size_t colon, const char *name)
{
	return strlen(name) == colon && !strncasecmp(line, name, colon);
}

static int header(const char *line, size_t len, struct client_head *h)
{
	const char *at = memchr(line, ':', len), *v;
	size_t colon, n, i;
	int ret = 0;

	if (!at || at == line)
		return -EBADMSG;
	colon = (size_t)(at - line);
	for (v = at + 1; v < line + len && (*v == ' ' || *v == '\t'); v++)
		;
	n = (size_t)(line + len - v);
	while (n && (v[n - 1] == ' ' || v[n - 1] == '\t'))
		n--;
	if (named(line, colon, "content-length")) {
		ret = h->have_length ? -EBADMSG :
				       number(v, n, 4294967295u, &h->length);
		h->have_length = true;
	} else if (named(line, colon, "transfer-encoding")) {
		h->chunked = true;
	} else if (named(line, colon, "content-type")) {
		for (i = 0; i < n && i < sizeof(h->type) - 1 && v[i] != ';' &&
			    v[i] != ' ';
		     i++)
			h->type[i] = (char)tolower((unsigned char)v[i]);
		h->type[i] = '\0';
	}
	return ret;
}

/**
 * shinrai_http_head() - status line and headers
 * @text: @len bytes, the empty line included
 * @len: from shinrai_http_head_end()
 * @h: out, undefined on error
 *
 * Return: 0; -EBADMSG; -EMSGSIZE for an absurd length.
 */
int shinrai_http_head(const char *text, size_t len, struct client_head *h)
{
	const char *line = text, *end = text + len - 2, *eol;
	int ret = 0;

	memset(h, 0, sizeof(*h));
	if (memchr(text, 0, len) || len < 17 ||
	    (strncmp(text, "HTTP/1.1 ", 9) && strncmp(text, "HTTP/1.0 ", 9)) ||
	    !isdigit((unsigned char)text[9]) ||
	    !isdigit((unsigned char)text[10]) ||
	    !isdigit((unsigned char)text[11]))
		return -EBADMSG;
	h->status = (unsigned int)((text[9] - '0') * 100 +
				   (text[10] - '0') * 10 + text[11] - '0');
	eol = memmem(line, len, "\r\n", 2);
	for (line = eol + 2; line < end && !ret; line = eol + 2) {
		eol = memmem(line, (size_t)(text + len - line), "\r\n", 2);
		ret = header(line, (size_t)(eol - line), h);
	}
	return ret;
}
