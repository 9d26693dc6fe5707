// SPDX-License-Identifier: MIT
/* Whom to ask: https://HOST:PORT taken apart. */
#include <stdlib.h>

#include <shinrai/client.h>

static bool is_port(const char *s)
{
	unsigned long n = strtoul(s, NULL, 10);

	return *s && !s[strspn(s, "0123456789")] && n && n <= 65535;
}

/**
 * shinrai_client_url() - https://host:port, https://[v6]:port
 * @url: NUL-terminated; a slash at the end is ignored, a path would name nothing
 * @req: host and port are set, and point into @own
 * @own: out, for free(), also on error
 *
 * Return: NULL; what is wrong, as in "must begin with https://".
 */
const char *shinrai_client_url(const char *url,
			       struct shinrai_client_request *req, char **own)
{
	char *host, *port;

	*own = NULL;
	if (strncmp(url, "https://", 8))
		return "must begin with https://";
	*own = strdup(url + 8);
	if (!*own)
		return "needs more memory than there is";
	host = *own;
	if (*host && host[strlen(host) - 1] == '/')
		host[strlen(host) - 1] = '\0';
	port = strrchr(host, ':');
	if (*host == '[') {
		host++;
		port = strchr(host, ']');
		if (port)
			*port++ = '\0';
	} else if (strchr(host, ':') != port) {
		return "needs an IPv6 address in brackets";
	}
	if (!port || *port != ':' || !is_port(port + 1))
		return "needs host and port";
	*port = '\0';
	if (!*host || strpbrk(host, "/@?#[]"))
		return "needs host and port only";
	req->host = host;
	req->port = port + 1;
	return NULL;
}
