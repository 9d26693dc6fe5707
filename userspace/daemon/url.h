/* SPDX-License-Identifier: MIT */
/* Whom a daemon connects to. */
#ifndef SHINRAI_URL_H
#define SHINRAI_URL_H

#include <netinet/in.h>

#include <shinrai/platform.h>

#define URL_MAX 1024

/* https://ADDRESS:PORT/PATH; names are not looked up. */
struct url {
	char host[INET6_ADDRSTRLEN]; /* without brackets */
	u16 port;
	bool v6;
	char path[URL_MAX]; /* begins with / */
};

int url_parse(const char *text, struct url *url);
const char *url_name_fault(const char *name);

#endif
