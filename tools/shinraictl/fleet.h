/* SPDX-License-Identifier: MIT */
/* What the verbs of "fleet" share: whom they ask, and how. */
#ifndef SHINRAICTL_FLEET_H
#define SHINRAICTL_FLEET_H

#include <shinrai/client.h>

#include "ctl.h"

struct fleet {
	const char *verifier; /* https://HOST:PORT */
	struct shinrai_client_request req;
	char *own; /* what @req points into */
};

/* Table entries for ctl_options(). */
#define FLEET_OPTIONS(f)                                                        \
	{ "verifier",                                                           \
	  CTL_TEXT,                                                             \
	  &(f).verifier,                                                        \
	  "URL",                                                                \
	  "https://HOST:PORT of shinrai-verifier",                              \
	  false },                                                              \
		{ "cert", CTL_TEXT,	     &(f).req.cert,                     \
		  "PEM",  "our certificate", false },                           \
		{ "key", CTL_TEXT, &(f).req.key, "PEM", "and its key", false }, \
	{                                                                       \
		"ca", CTL_TEXT, &(f).req.ca, "PEM", "whose the verifier's is",  \
			false                                                   \
	}

int fleet_ask(struct ctl *ctl, struct fleet *f, const char *method,
	      const char *path, const json_t *body, json_t **answer);
bool fleet_is_name(const char *name);
int fleet_path(struct ctl *ctl, const char *rest, char *path, size_t size);
const char *fleet_text(const json_t *j, const char *key);
void fleet_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fleet_free(struct fleet *f);

#define CTL_FLEET __attribute__((cleanup(fleet_free))) struct fleet

#endif
