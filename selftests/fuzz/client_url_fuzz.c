// SPDX-License-Identifier: MIT
/* Whom a tool asks: what is taken is a host and a port, and is the same written anew. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/client.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void again(const struct shinrai_client_request *req)
{
	const char *open = strchr(req->host, ':') ? "[" : "";
	struct shinrai_client_request back = { 0 };
	char *text, *own;

	check(asprintf(&text, "https://%s%s%s:%s/", open, req->host,
		       *open ? "]" : "", req->port) > 0);
	check(!shinrai_client_url(text, &back, &own) &&
	      !strcmp(back.host, req->host) && !strcmp(back.port, req->port));
	free(own);
	free(text);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_client_request req = { 0 };
	char *text = malloc(len + 1), *own;
	const char *why;

	check(text);
	memcpy(text, data, len);
	text[len] = '\0';
	why = shinrai_client_url(text, &req, &own);
	if (why) {
		check(!req.host && !req.port);
	} else {
		check(*req.host && !strpbrk(req.host, "/@?#[]") &&
		      strtoul(req.port, NULL, 10) - 1 < 65535);
		again(&req);
	}
	free(own);
	free(text);
	return 0;
}
