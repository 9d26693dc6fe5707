/* SPDX-License-Identifier: MIT */
/*
 * Enrolment by TPM, PROTOCOL.md 11.  enrol.c: exchanges that wait for their answer,
 * and what is revoked; enrol_request.c: what a device sends; enrol_judge.c: whether
 * it may have the name; api_tpm.c: over HTTP.  All of it is the loop's.
 *
 * Invariant: an exchange is answered at most once, whatever the answer is.
 */
#ifndef VERIFIER_ENROL_H
#define VERIFIER_ENROL_H

#include <shinrai/credential.h>
#include <shinrai/ek.h>

#include "ca.h"
#include "fleet.h"

#define ENROL_ID 16
#define ENROL_BODY_MAX 32768

/* What a device sends; texts belong to the JSON, bytes to @buffer. */
struct enrol_request {
	const char *name;
	const char *url; /* these four: NULL when it says nothing */
	const char *tls_name;
	const char *policy;
	const char *group;
	struct shinrai_bytes cert[SHINRAI_EK_CHAIN_MAX];
	size_t ncerts;
	struct shinrai_public ek, ak;
	X509_REQ *csr; /* NULL: none */
	EVP_PKEY *tls_key; /* of that, and its; NULL: none */
	u8 *buffer;
};

/* Who sends it. */
struct enrol_client {
	enum role role; /* DEVICE, ENROLLER or ADMIN */
	u8 key[32]; /* of its TLS certificate */
	const char *device; /* DEVICE: its name */
};

struct exchange {
	TAILQ_ENTRY(exchange) link;
	u8 id[ENROL_ID];
	u8 client[32]; /* who began it; nobody else answers */
	u8 secret[SHINRAI_CREDENTIAL_SECRET];
	s64 until; /* ms, monotonic */
	/* What is kept when it is answered: policy or group NULL stay as they are. */
	struct device_record r;
	char *new_policy, *new_group; /* of a device that is new; or NULL */
	bool any_key; /* store_enrol(); the next one too: */
	bool there; /* a device asks, which must still be known */
	EVP_PKEY *ak;
	EVP_PKEY *tls_key; /* or NULL */
	GENERAL_NAMES *tpm;
};
TAILQ_HEAD(exchange_list, exchange);

struct enrol {
	const struct conf_enrol *conf;
	struct ca ca;
	struct shinrai_ek_trust *trust;
	struct exchange_list exchanges; /* oldest first */
	unsigned int nexchanges;
	void *revoked; /* tsearch() of serials */
};

/* enrol.c */
int enrol_start(struct fleet *f, char *err, size_t errlen);
int enrol_check(const struct conf_enrol *c, char *err, size_t errlen);
int enrol_reload(struct enrol *e, char *err, size_t errlen);
void enrol_watch(struct fleet *f);
void enrol_stop(struct fleet *f);
int enrol_tls_verify(int ok, X509_STORE_CTX *ctx);
int enrol_revoke(struct enrol *e, const u8 *serial, size_t len);
bool enrol_is_revoked(const struct enrol *e, const u8 serial[CA_SERIAL]);
bool enrol_names_us(const struct enrol *e, X509 *x);
bool enrol_vouched(const struct device *d, const u8 serial[CA_SERIAL]);
const char *enrol_unvouched(enum store_worth worth);
void exchange_add(struct enrol *e, struct exchange *x);
struct exchange *exchange_take(struct enrol *e, const u8 id[ENROL_ID],
			       const u8 client[32]);
void exchange_free(struct exchange *x);

/* enrol_request.c */
const char *enrol_request_parse(const json_t *j, struct enrol_request *q);
bool enrol_request_is_signed(const struct enrol_request *q);
void enrol_request_free(struct enrol_request *q);

/* enrol_judge.c */
int enrol_judge(struct fleet *f, const struct enrol_client *who,
		const struct enrol_request *q, struct exchange **out, char *err,
		size_t errlen);

#endif
