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

/**
 * url_name_fault() - could a certificate be for it?
 * @name: to be looked for among its DNS names; "": its address is
 *
 * Return: what is wrong; NULL.
 */
const char *url_name_fault(const char *name)
{
	static const char fault[] =
		"is a DNS name: 1 to 63 of A-Z a-z 0-9 _ - between dots, 253 in "
		"all, and no address, which is looked for without it";
	const char *label = name;
	struct in6_addr address;
	size_t len;

	if (!*name)
		return NULL;
	if (strlen(name) > 253 || inet_pton(AF_INET, name, &address) == 1)
		return fault;
	do {
		len = strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789_-");
		if (!len || len > 63)
			return fault;
		label += len;
	} while (*label == '.' && *++label);
	return *label || label[-1] == '.' ? fault : NULL;
}
