/* SPDX-License-Identifier: MIT */
/* One device: what is kept of it, and how it stands. */
#ifndef VERIFIER_DEVICE_H
#define VERIFIER_DEVICE_H

#include <jansson.h>

#include <shinrai/appraise.h>
#include <shinrai/assurance.h>

#define DEVICE_NAME_MAX 63
#define DEVICE_REASON_MAX 256
#define DEVICE_GROUP "default" /* of a device that was put into no other */

/* Numbers are kept in databases and do not change. */
enum device_state {
	DEVICE_NEW = 0, /* nothing is known yet */
	DEVICE_TRUSTED = 1,
	DEVICE_UNTRUSTED = 2,
	DEVICE_UNKNOWN = 3, /* evidence, from which it cannot be told */
	DEVICE_UNREACHABLE = 4, /* no evidence in time */
	DEVICE_STATES
};

/* Times are ms since 1970, UTC; 0 is never. */
struct device_standing {
	enum device_state state;
	s64 since; /* @state is what it is */
	char code[48]; /* the worst reason, as in PROTOCOL.md 7; "" */
	char reason[DEVICE_REASON_MAX]; /* in words */
};

/* The TPM that a device was enrolled by. */
struct device_tpm {
	enum shinrai_assurance assurance; /* NONE: it was not */
	u8 ek[32]; /* SHA-256 of the EK's SubjectPublicKeyInfo */
	u8 ek_cert[32]; /* SHA-256 of its certificate */
};

/* How much a device may make the log grow, pace.h. */
struct device_pace {
	s64 full; /* when all of its entries are there again; 0: they are */
	u64 changes; /* that are not in the log yet */
	s64 since; /* when the first of those was */
	u64 accesses; /* that were denied, likewise, and are asked for again */
	u8 boot[SHINRAI_BOOT_ID_SIZE]; /* that those are of */
	u64 lost; /* and those of boots that are over: they cannot be */
};

/* What is kept.  Texts are owned and not NULL, unless said otherwise. */
struct device_record {
	s64 id; /* 0: not kept yet */
	char *name;
	char *url; /* of its attester */
	char *tls_name; /* in its certificate; "": the URL's address */
	char *policy; /* its own, by name; "": that of its group */
	char *group;
	u8 ak_name[SHINRAI_NAME_MAX]; /* pinned key */
	size_t ak_name_len; /* 0: none yet */
	struct device_tpm tpm; /* that @ak_name was proven to be in */
	struct device_standing standing;
	s64 judged; /* evidence that was appraised last was asked for */
	s64 took; /* ms, from then until it was appraised */
	s64 good; /* and it was trusted */
	u8 *verdict; /* shinrai_verdict_pack(); NULL: none yet */
	size_t verdict_len;
	u8 *memory; /* shinrai_state_pack(); NULL: none yet */
	size_t memory_len;
	struct device_pace pace;
	s64 fence; /* of our lease; 0: it is another verifier's, or nobody's */
};

const char *device_state_name(enum device_state state);
int device_state_by_name(const char *name, enum device_state *state);
enum device_state device_state_of(enum shinrai_verdict verdict);
const char *device_name_fault(const char *name);
bool device_name_is(const char *pattern, const char *name);
bool device_stand(struct device_standing *st, enum device_state state,
		  const char *code, const char *reason, s64 now);
bool device_stands_by(const struct device_standing *st, const json_t *verdict);
void device_record_free(struct device_record *r);
json_t *device_verdict(const struct device_record *r);
json_t *device_time(s64 ms);

#endif
