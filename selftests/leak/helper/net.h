/* SPDX-License-Identifier: MIT */
/* A way to send: a socket is opened, and what is in memory goes through it. */
#ifndef _NET_H
#define _NET_H

#include "leak.h"

struct transport {
	const char *name;
	int (*open)(void);
	void (*send)(int fd, const char *token);
};

/* Each ends with one without a name. */
extern const struct transport transports[], raw_transports[];

const struct transport *find_transport(const char *name);

#endif
