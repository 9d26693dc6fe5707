/* SPDX-License-Identifier: MIT */
/* Asks an attester for evidence over mutual TLS 1.3, PROTOCOL.md 5. */
#ifndef _SHINRAI_CLIENT_H
#define _SHINRAI_CLIENT_H

#include "evidence.h"
#include "session.h"

/* "items" of a challenge, when what the firmware log says is known. */
#define SHINRAI_ITEMS_NO_FIRMWARE "[\"log\",\"ima\",\"machine\"]"

struct shinrai_client_request {
	const char *host; /* name or address, without brackets */
	const char *port;
	/* in the certificate; NULL: @host; "": not looked at, needs @pin */
	const char *name;
	const char *cert; /* PEM chain of ours */
	const char *key; /* PEM */
	const char *ca; /* PEM, of the attester's certificate */
	const u8 *pin; /* SHA-256 of the attester's certificate, or NULL */
	/*
	 * Not a challenge: any request to a verifier, PROTOCOL.md 10.  Then the
	 * answer may have any status, and nothing below but the time is used.
	 */
	const char *method; /* NULL: a challenge */
	const char *path;
	const char *json; /* its body, or NULL */
	bool violations; /* a report of them, not evidence */
	u64 from; /* first record wanted, or whose violations are */
	const u8 *boot_id; /* of which boot, or NULL */
	u64 ima_from; /* byte of the IMA list, of @boot_id; 0: all of it */
	bool no_firmware; /* of @boot_id: its log need not come */
	unsigned int timeout_ms; /* for one challenge and its answer */
};

struct shinrai_client_answer {
	u8 *body; /* the (last) answer, for free() */
	size_t len;
	/*
	 * What to take for the log in @body when it was too long for one
	 * answer, for free(); else NULL.
	 */
	u8 *log;
	size_t log_len;
	u8 *past; /* the same for the records of earlier boots */
	size_t past_len;
	bool past_more; /* which there is more of */
	bool past_gone; /* no log of the boot that was named can come */
	unsigned int status; /* of HTTP */
	struct shinrai_session session; /* as seen by us */
	EVP_PKEY *key; /* of our certificate, for EVP_PKEY_free() */
	/* On error: which step failed, why, what to do; printable. */
	const char *step; /* stable, for programs */
	char why[512];
	const char *next;
};

/* A log that comes in parts. */
struct shinrai_collect {
	u8 *log; /* for free() */
	size_t len;
	u64 next; /* first record that is missing */
	u8 boot_id[SHINRAI_BOOT_ID_SIZE]; /* of which boot */
	u8 log_boot[SHINRAI_BOOT_ID_SIZE]; /* of what is in @log */
	bool anew; /* ask as at first: it booted while parts came */
	u8 *past; /* of earlier boots, PROTOCOL.md 4.3; for free() */
	size_t past_len;
	bool past_more; /* there is more of it than was asked for */
	bool past_gone; /* nothing more can come of a boot that was named */
};

int shinrai_collect_add(struct shinrai_collect *c, const void *log, size_t len);
int shinrai_collect_past(struct shinrai_collect *c, const void *past,
			 size_t len, bool keep);
int shinrai_collect(struct shinrai_collect *c,
		    const struct shinrai_evidence *ev, const u8 *boot_id);
void shinrai_collect_free(struct shinrai_collect *c);

const char *shinrai_client_url(const char *url,
			       struct shinrai_client_request *req, char **own);
int shinrai_client_ask(const struct shinrai_client_request *req,
		       struct shinrai_client_answer *ans);
int shinrai_client_collect(const struct shinrai_client_request *req,
			   struct shinrai_client_answer *ans);

#endif
