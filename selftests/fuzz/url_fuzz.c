// SPDX-License-Identifier: MIT
/* links: userspace/daemon/url.c */
/* Whom a daemon connects to: what is taken is an address, a port and a path. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../userspace/daemon/url.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static bool is_path(const char *s)
{
	if (*s != '/')
		return false;
	for (; *s; s++) {
		if (*s <= ' ' || *s > '~')
			return false;
	}
	return true;
}

/* Written anew it is the same again. */
static void check(const struct url *u)
{
	u8 addr[sizeof(struct in6_addr)];
	struct url back;
	char *text;

	if (inet_pton(u->v6 ? AF_INET6 : AF_INET, u->host, addr) != 1 ||
	    !u->port || !is_path(u->path))
		abort();
	if (asprintf(&text, "https://%s%s%s:%u%s", u->v6 ? "[" : "", u->host,
		     u->v6 ? "]" : "", u->port, u->path) < 0)
		abort();
	if (url_parse(text, &back) || back.v6 != u->v6 ||
	    back.port != u->port || strcmp(back.host, u->host) ||
	    strcmp(back.path, u->path))
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	char *text = malloc(len + 1);
	struct url u;

	if (!text)
		abort();
	memcpy(text, data, len);
	text[len] = '\0';
	if (!url_parse(text, &u))
		check(&u);
	free(text);
	return 0;
}
