/* SPDX-License-Identifier: MIT */
/*
 * What outlives the verifier: its devices, what they were judged to be, and when
 * that changed.  A store belongs to one thread at a time; what happens between
 * store_begin() and store_commit() happens whole or not at all.
 */
#ifndef VERIFIER_STORE_H
#define VERIFIER_STORE_H

#include <shinrai/proof.h>

#include "device.h"

struct store;

/* store_url.c */
bool store_is_file(const char *where);
const char *store_fault(const char *where);

int store_open(const char *where, struct store **out, char *err, size_t errlen);
int store_open_beside(const char *where, struct store **out, char *err,
		      size_t errlen);
void store_close(struct store *s);
const char *store_error(const struct store *s);

int store_lock(const char *path, char *err, size_t errlen);
int store_copy(const char *from, const char *to, char *err, size_t errlen);
int store_restore(const char *from, const char *to, char *err, size_t errlen);
bool store_unfinished(const char *path, char *err, size_t errlen);

int store_begin(struct store *s);
int store_commit(struct store *s);
void store_rollback(struct store *s);
int store_mark(struct store *s);
int store_undo(struct store *s);
int store_pass(struct store *s);

int store_devices(struct store *s,
		  int (*each)(void *arg, const struct device_record *r),
		  void *arg);
int store_add(struct store *s, struct device_record *r);
int store_remove(struct store *s, s64 id);
int store_place(struct store *s, struct device_record *r);
int store_judged(struct store *s, const struct device_record *r);
int store_paced(struct store *s, s64 id, const struct device_pace *p);
#define STORE_CHANGES_MAX 10000 /* of one device, the newest */
int store_changed(struct store *s, s64 id, const struct device_standing *st);
int store_changes(struct store *s, s64 id, unsigned int most,
		  int (*each)(void *arg, const struct device_standing *st),
		  void *arg);

#define STORE_FACTS_MAX 20000 /* of one device */
int store_facts_add(struct store *s, s64 id, const struct shinrai_facts *f,
		    bool all);
int store_facts(struct store *s, s64 id, struct shinrai_facts *out);
int store_evidence(struct store *s, s64 id, u8 **memory, size_t *len,
		   struct shinrai_facts *out);

#define STORE_IMA_MAX (64u << 20) /* bytes of a list, of one device */
int store_ima_add(struct store *s, s64 id, u64 at, const u8 *data, size_t len);
int store_ima_drop(struct store *s, s64 id);
int store_ima(struct store *s, s64 id, u8 **out, size_t *len);

/* What a device booted, when its last verdict bears that. */
int store_boot_put(struct store *s, s64 id, s64 at, const char *text);
int store_boot_drop(struct store *s, s64 id);
int store_boot(struct store *s, s64 id, s64 *at, char **text);

/* A device began to stand otherwise. */
struct store_change {
	s64 at; /* ms since 1970 */
	enum device_state state;
	bool first; /* there was none before; else: */
	enum device_state before;
};

int store_states(struct store *s, u64 count[DEVICE_STATES]);
int store_history(struct store *s, unsigned int most,
		  int (*each)(void *arg, const struct store_change *c),
		  void *arg);

/* Why a TPM cannot have a name. */
enum store_conflict {
	CONFLICT_NONE,
	CONFLICT_TPM, /* it has another name already */
	CONFLICT_NAME, /* that of another TPM */
	CONFLICT_KEY, /* of a device that was pinned by another key */
	CONFLICT_VERIFIER, /* it is in the certificate of a verifier */
};

int store_verifier_name(struct store *s, const char *name);
int store_enrol(struct store *s, struct device_record *r, bool any_key,
		bool there, s64 at, enum store_conflict *conflict);
int store_certificate(struct store *s, const char *name, const u8 *serial,
		      size_t len, s64 not_after);
/* What a certificate is worth. */
enum store_worth {
	WORTH_UNKNOWN, /* it was not given, as far as is known */
	WORTH_VALID,
	WORTH_REVOKED,
};

int store_worth(struct store *s, const u8 *serial, size_t len,
		enum store_worth *worth);
int store_revoke(struct store *s, s64 id, s64 at);
int store_purge(struct store *s, s64 now);
int store_revoked(struct store *s,
		  int (*each)(void *arg, const u8 *serial, size_t len, s64 at),
		  void *arg);
/* One of the log; valid until each() returns. */
struct store_entry {
	const char *text; /* its bytes are the leaf */
	/* JSON: {class: text} of what is sealed in it; "": nothing is sealed */
	const char *disclosures;
};

int store_log_add(struct store *s, const struct store_entry *e);
int store_log_head(struct store *s, struct shinrai_log_head *head);
int store_log_entries(struct store *s, u64 start, unsigned int most,
		      int (*each)(void *arg, const struct store_entry *e),
		      void *arg);
int store_log_back(struct store *s, u64 before, unsigned int most,
		   int (*each)(void *arg, const struct store_entry *e),
		   void *arg);
int store_log_inclusion(struct store *s, u64 index, u64 size,
			struct shinrai_proof *proof);
int store_log_consistency(struct store *s, u64 old, u64 size,
			  struct shinrai_proof *proof);

int store_key_add(struct store *s, const char *kid, const char *jwk, s64 since);
int store_keys(struct store *s, int (*each)(void *arg, const char *jwk),
	       void *arg);

/* One of several verifiers, as it was last; all 0: it is none yet. */
struct store_lease {
	s64 id; /* of the verifier */
	s64 rev, fence; /* that are known */
	s64 first; /* id of the oldest verifier */
	u64 devices, verifiers, owned;
	u64 taken; /* devices, the last time */
};

int store_lease_renew(struct store *s, struct store_lease *l);
int store_lease_peers(struct store *s, s64 self,
		      int (*each)(void *arg, s64 id, s64 beat), void *arg);
int store_lease_share(struct store *s, struct store_lease *l);
int store_lease_take(struct store *s, struct store_lease *l, u64 most);
int store_lease_claim(struct store *s, const struct store_lease *l, s64 id);
int store_lease_give(struct store *s, s64 id, s64 fence);
int store_lease_end(struct store *s, s64 id);
int store_lease_ids(struct store *s, int (*each)(void *arg, s64 id), void *arg);
int store_lease_news(struct store *s, struct store_lease *l,
		     int (*each)(void *arg, struct device_record *r),
		     void *arg);

#define STORE_HOOK_END (-1)
int store_hook_begin(struct store *s, const char *name, s64 next);
int store_hook_next(struct store *s, const char *name, u64 *next);
int store_hook_drop(struct store *s, const char *name);
int store_hook_advance(struct store *s, const char *name, u64 next);

#endif
