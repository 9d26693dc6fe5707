// SPDX-License-Identifier: MIT
/* Whom a daemon connects to: https://ADDRESS:PORT/PATH. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "url.h"

static bool path_valid(const char *s)
{
	if (*s != '/' || strlen(s) >= URL_MAX)
		return false;
	for (; *s; s++) {
		if (*s <= ' ' || *s > '~' || strchr("\"#<>\\^`{|}", *s))
			return false;
	}
	return true;
}

/* Return: what follows the address, NULL when it is none. */
static const char *take_host(const char *s, struct url *u)
{
	u8 addr[sizeof(struct in6_addr)];
	const char *end;

	u->v6 = *s == '[';
	if (u->v6)
		s++;
	end = strpbrk(s, u->v6 ? "]" : ":");
	if (!end || (size_t)(end - s) >= sizeof(u->host))
		return NULL;
	memcpy(u->host, s, (size_t)(end - s));
	u->host[end - s] = '\0';
	if (inet_pton(u->v6 ? AF_INET6 : AF_INET, u->host, addr) != 1)
		return NULL;
	return u->v6 ? end + 1 : end;
}

/**
 * url_parse() - take an URL apart
 * @text: NUL-terminated
 * @url: out, only on success
 *
 * Return: 0; -EINVAL.
 */
int url_parse(const char *text, struct url *url)
{
	static const char scheme[] = "https://";
	unsigned long port;
	struct url u;
	const char *s;
	char *end;

	memset(&u, 0, sizeof(u));
	if (strncmp(text, scheme, strlen(scheme)))
		return -EINVAL;
	s = take_host(text + strlen(scheme), &u);
	if (!s || *s != ':' || s[1] < '0' || s[1] > '9')
		return -EINVAL;
	port = strtoul(s + 1, &end, 10);
	if (!port || port > 65535 || end - s > 6 || !path_valid(end))
		return -EINVAL;
	u.port = (u16)port;
	strcpy(u.path, end);
	*url = u;
	return 0;
}
