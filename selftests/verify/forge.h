/* SPDX-License-Identifier: MIT */
/*
 * Evidence made from nothing: a software key instead of a TPM, a log, a boot.
 * Hashes are taken with OpenSSL, so that the library cannot agree with itself.
 */
#ifndef SHINRAI_FORGE_H
#define SHINRAI_FORGE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <shinrai/record.h>
#include <shinrai/refs.h>

#define FORGE_RECORDS 32
#define FORGE_EVENTS 8192
#define FORGE_BOOT 32
#define FORGE_IMA 24
#define FORGE_ITEM (192 << 10)

/*
 * Entry of a reference list: @id in START, programs whose digest is the text
 * "0123456789abcdef0123456789" and so on, but for its hexadecimal byte @tenth.
 */
#define FORGE_MODULE(id, tenth)                         \
	"{\"srcversion\":\"" id "\",\"programs\":"      \
	"\"30313233343536373839" tenth                  \
	"626364656630313233343536373839616263646566\"," \
	"\"name\":\"m.ko\"}"

struct forge_record {
	u8 version; /* of the format */
	u8 type;
	u32 pcr; /* in the header */
	u8 index; /* in the CEL record */
	u64 header_number;
	u64 number;
	u64 time_ns; /* 0: as the number says */
	u8 boot_id[16];
	u8 events[FORGE_EVENTS];
	size_t len;
	u32 count;
	struct shinrai_tree tree;
	u8 flip; /* XORed into the digest that is written, not extended */
};

struct forge_boot {
	u32 pcr;
	u32 type;
	u8 digest[32];
	const void *data;
	size_t len;
};

/* Of all entries of the IMA list, unless they are planned otherwise. */
#define FORGE_IMA_PATH "/bin/ab"
void forge_ima_digest(unsigned int n, u8 digest[32]);

/* An entry, of template ima-ng. */
struct forge_ima {
	u32 pcr;
	const char *path;
	u8 digest[32]; /* longer ones: twice */
	const char *alg; /* of the digest, "sha256" */
	const char *more; /* a third field; NULL: none */
	const char *shown; /* the template's name in the list, "ima-ng" */
	bool aggregate; /* of PCRs 0 to 9, instead of @digest */
	bool violation;
	bool wrong_hash; /* in the list, not in the PCR */
};

struct forge {
	/* The plan. */
	EVP_PKEY *key;
	EVP_PKEY *signer; /* signs; @key is the one that is shown */
	u32 attributes;
	u16 public_scheme_hash;
	struct forge_record rec[FORGE_RECORDS];
	unsigned int nrec;
	unsigned int quoted; /* records that the quote covers */
	struct forge_boot boot[FORGE_BOOT];
	unsigned int nboot;
	unsigned int nima; /* entries of the kernel's list; one more came later */
	struct forge_ima ima[FORGE_IMA]; /* the first ones */
	bool ima_big_endian;
	u64 ima_from; /* byte that the item begins with */
	bool ima_whole; /* the machine cannot give it in part */
	const char *boots; /* earlier ones with logs, as JSON; or NULL */
	const char *module_id; /* in START */
	u8 programs[34]; /* in ARM: 1, a name of one letter, their digest */
	u8 own[2]; /* PCRs of code and flow */
	u8 start[2][32]; /* their values before START */
	u32 magic;
	u16 type;
	u64 clock;
	u32 resets, restarts;
	u32 mask;
	u16 bank;
	u16 sig_hash; /* as written */
	u8 boot_id[16]; /* in the challenge */
	u8 session_nonce[32]; /* what the verifier sent */
	u8 nonce[32], exporter[32], verifier_key[32]; /* what is answered */
	u32 asked_mask; /* in the challenge */
	bool capped; /* the bank, as if the kernel lacked its hash */
	bool late_nonce; /* the leaf is not in the tree */
	bool wrong_root; /* in the checkpoint */
	bool no_arms; /* the initramfs reference says so */
	/* The product. */
	u8 pcr[24][32];
	u8 item[SHINRAI_NITEMS][FORGE_ITEM];
	size_t len[SHINRAI_NITEMS];
	bool absent[SHINRAI_NITEMS];
	/* What it is held against. */
	struct shinrai_session session;
	bool no_session;
	bool saved; /* the session is in the evidence; see forge_saved() */
	X509 *saver, *other_saver; /* @saver is believed, unless NULL */
	EVP_PKEY *saver_key, *other_saver_key;
	struct shinrai_state last;
	bool have_last;
	const char *digests; /* list text; NULL: none */
	const char *deny; /* a list named "deny.list"; NULL: none */
	const char *rules; /* Keylime policy for IMA; NULL: none */
	const char *reference; /* JSON; NULL: none */
	/* Command lines around the one that is right, with their commas. */
	const char *reference_head, *reference_tail;
	const char *reference_pcr14; /* its value in hex; NULL: none */
	const char *reference_module; /* list of them; NULL: none */
	bool whole; /* the log was asked for from record 0 */
	bool no_pin;
	u8 expect[2]; /* PCRs of code and flow; 0: as by default */
	bool allow_anon_exec;
	bool keep_facts;
	const struct shinrai_facts *known; /* with @last; NULL: none */
	bool keeps_ima; /* whoever asks keeps the list */
	struct shinrai_item ima_before; /* kept of the list; NULL: nothing */
	bool report; /* asked for violations, not for the machine */
	bool abridged; /* the log, before it is bent */
	u64 since;
	u8 policy[2][32]; /* that must be enforced */
	size_t npolicies;
};

/* An event of data handling under construction; fields come in any order. */
struct forge_fields {
	struct shinrai_event ev;
	u8 data[SHINRAI_MAX_FIELDS][256];
};

enum forge_who { FORGE_ACME, FORGE_BETA, FORGE_WHO };

void forge_init(struct forge *f, EVP_PKEY *key);
void forge_build(struct forge *f);
void forge_quote(struct forge *f); /* attest, signature, pcrs anew */
void forge_sign(struct forge *f); /* the attest item as it stands */
void forge_log(struct forge *f, unsigned int count); /* and its PCRs */
void forge_from(struct forge *f, u64 number); /* the log item, from there */
void forge_abridge(struct forge *f);
int forge_appraise(struct forge *f, struct shinrai_appraisal *out);

struct forge_record *forge_record(struct forge *f, u8 type, u32 pcr);
void forge_event(struct forge_record *r, const struct shinrai_event *ev);
void forge_code(struct forge_record *r, u16 type, u8 kind, const char *content,
		const char *path);
void forge_simple(struct forge_record *r, u16 type, u32 reason);
/* Plans the log anew: with what START and ARM say now, or in other PCRs. */
void forge_plan_log(struct forge *f);
void forge_own_pcrs(struct forge *f, u8 code, u8 flow);
/* Plans to have it saved by a verifier that signs what it saw. */
void forge_saved(struct forge *f);
void forge_sign_session(struct forge *f, const char *context);
void forge_drop(struct forge *f, unsigned int n);

/* forge_data.c: data handling; two owners, their policies, some flows. */
void forge_plan_data(struct forge *f);
struct forge_record *forge_more(struct forge *f, bool flow);
void forge_put(struct forge_fields *e, u8 id, const void *data, size_t len);
void forge_put_uint(struct forge_fields *e, u8 id, u64 value, unsigned int n);
void forge_unput(struct forge_fields *e, u8 id);
void forge_withhold(struct forge_fields *e, u8 id);
void forge_add(struct forge_record *r, const struct forge_fields *e);
void forge_owner_id(enum forge_who who, u8 owner[32]);
void forge_policy_id(enum forge_who who, u64 generation, u8 digest[32]);
void forge_owner(struct forge_fields *e, enum forge_who who, u64 generation,
		 u8 operation);
void forge_policy(struct forge_fields *e, enum forge_who who, u64 generation);
void forge_label(struct forge_fields *e, enum forge_who who, u32 reason);
void forge_flow(struct forge_fields *e, enum forge_who who, u64 generation,
		u8 verdict, bool refused);
void forge_state(struct forge_fields *e, u32 reason);
/* The same, each in a record of its own. */
void forge_add_owner(struct forge *f, enum forge_who who, u64 generation,
		     u8 operation);
void forge_add_policy(struct forge *f, enum forge_who who, u64 generation);
void forge_add_flow(struct forge *f, enum forge_who who, u64 generation);

#endif
