/* SPDX-License-Identifier: MIT */
/*
 * The devices, and the way that an answer of one takes: pull.c and ask.c ask over
 * contact.c (event loop), settle.c has judge.c appraise it (any of the judging threads), keep.c stores
 * (one thread; another one reads for who asks), and fleet.c shows it (event loop).
 * What is not stored is not shown.
 *
 * Invariant: of a device at most one question is under way, and while it is, only
 * the question changes the device's record, by what comes back to the loop.
 */
#ifndef VERIFIER_FLEET_H
#define VERIFIER_FLEET_H

#include "../daemon/server.h"
#include "../daemon/url.h"
#include "ca.h"
#include "device.h"
#include "contact.h"
#include "metrics.h"
#include "policy.h"
#include "pulse.h"
#include "stage.h"
#include "store.h"

/* Of the configuration, with DEVICE_GROUP. */
#define FLEET_GROUPS (CONF_GROUPS + 1)

struct enrol;
struct fleet;
struct hook;
struct lease;
struct question;
struct reload;
struct signer;

/* What has to be kept, or read: done by the thread for that, ended by the loop. */
struct job {
	struct task task;
	int (*keep)(struct job *j, struct store *s);
	void (*done)(struct job *j, struct fleet *f); /* releases it */
	int err; /* 0: it is kept; -errno of the store */
	bool reads; /* and does nothing else; set before each keep_put() */
	bool alone; /* it failed, and the store goes on */
};

/* Where a device is among the others. */
struct device_place {
	char *policy, *group; /* as in struct device_record */
};
#define FLEET_NEVER (-(1ll << 60)) /* ms, monotonic: long ago */

struct device {
	TAILQ_ENTRY(device) link;
	TAILQ_ENTRY(device) turn; /* in fleet.waiting */
	struct fleet *fleet;
	struct device_record r;
	EVP_PKEY_CTX *key; /* of r.ak_name; NULL: not needed yet */
	struct policies *policies; /* held */
	const struct policy
		*policy; /* in it; NULL: the configuration has it not */
	struct url url;
	struct event *timer; /* when it is asked; meanwhile the question's */
	struct question *question; /* under way */
	struct question *offer; /* that the device may answer, session.c */
	struct contact contact;
	bool waits; /* in fleet.waiting */
	bool is_long; /* the next answer is */
	bool removed; /* freed when the question is over */
	s64 rests; /* ms, monotonic: it may come by itself again then */
	s64 due; /* ms, monotonic: its turn was to come then; 0: as it comes */
	struct device_record *renewal; /* takes effect then; NULL: none */
	bool renews_all; /* @renewal is all that there is of it */
	u8 vouched[CA_SERIAL]; /* its certificate, if of ours: the store has it */
	struct device_place *move; /* takes effect after @renewal; NULL: none */
	s64 taken; /* ms, monotonic: it became ours */
	s64 judged; /* ms, monotonic, of r.judged; FLEET_NEVER */
	s64 renewed; /* ms, monotonic: what @renewal has is not older; 0 */
	s64 retry_ms; /* after the last failure; 0: it answered */
	char failure[DEVICE_REASON_MAX]; /* of the last try; "": it answered */
	/* From the memory: what is asked for. */
	u64 records;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	u64 ima_from; /* byte; 0: all of the IMA list */
	bool ima_again; /* what is before it is judged each time, as it is kept */
	bool no_firmware; /* what its log says is known */
	u8 judged_by[SHINRAI_POLICY_SIZE];
	u64 facts; /* that the store has, as in struct shinrai_state */
	bool boot_kept; /* of its last verdict the store has ... */
	u8 boot[32]; /* ... this of struct judgement; 0s: nothing */
};
TAILQ_HEAD(device_list, device);

struct fleet {
	struct event_base *base;
	const struct conf *conf;
	const char *config; /* file of @conf; only policies are read again */
	struct policies *policies; /* held */
	struct reload *reload;
	struct enrol *enrol; /* by TPM; NULL: nobody is */
	SSL_CTX *tls; /* as a client */
	struct device_list devices; /* in the order of their ids */
	void *by_name; /* tsearch() */
	size_t ndevices;
	struct device_list waiting; /* for a question to end */
	unsigned int certificates; /* how often @tls was another */
	struct device_list gone; /* whose idle connections are at their end */
	struct event *undertaker; /* of those */
	int idle; /* connections that are kept */
	int asking; /* questions that have a connection */
	int asking_long; /* of those, for long answers */
	struct stage *judges;
	struct stage *keeper;
	struct mailbox *kept;
	struct store *store; /* the keeping thread's, once that runs */
	struct stage *reader;
	struct store *beside; /* the same store, the reading thread's */
	struct signer *signer;
	struct lease *lease; /* NULL: we are alone */
	struct hook **hooks; /* as the configuration has them, hook.h; then ... */
	size_t nhooks,
		nretired; /* ... those that it had, until that is settled */
	struct policies *hooks_of; /* held: whose configuration; NULL: @conf */
	bool keeps; /* the last time it was tried */
	struct pulse pulse;
	u64 judgements; /* that were kept */
	struct metrics metrics;
};

/* fleet.c */
int fleet_start(struct fleet *f, char *err, size_t errlen);
void fleet_stop(struct fleet *f);
struct device *fleet_find(const struct fleet *f, const char *name);
struct device *fleet_by_id(const struct fleet *f, s64 id);
struct device *fleet_admit(struct fleet *f, struct device_record *r, s64 wait);
void fleet_will_be(struct device *d, struct device_record *r, bool all);
struct device *fleet_renew(struct fleet *f, struct device_record *r);
void fleet_apply(struct device *d);
void fleet_take_memory(struct device *d);
void fleet_drop(struct device *d);
void fleet_date(struct device *d, s64 since);
bool fleet_in_time(const struct device *d);
bool fleet_fresh(const struct device *d);
void fleet_standing(const struct device *d, struct device_standing *st);
s64 fleet_now(void);
s64 fleet_monotonic(void);
s64 fleet_window(const struct fleet *f);

/* place.c */
int fleet_move(struct device *d, const char *policy, const char *group);
void place_take(struct device *d);
void place_drop(struct device *d);
const char *place_fault(const struct fleet *f, const char *policy,
			const char *group);
void fleet_count(const struct fleet *f, const char *group,
		 u64 count[DEVICE_STATES]);
void fleet_count_groups(const struct fleet *f, u64 (*count)[DEVICE_STATES]);
bool fleet_has_group(const struct fleet *f, const char *name);
const char *fleet_group(const struct device *d);
const char *fleet_own_policy(const struct device *d);
struct policy_choice fleet_policy(const struct device *d);

/* keep.c */
int keep_start(struct fleet *f, char *err, size_t errlen);
void keep_put(struct fleet *f, struct job *j);
void keep_read(struct fleet *f, struct job *j);
void keep_stop(struct fleet *f);

/* settle.c */
int settle_start(struct fleet *f);

/* pull.c */
int pull_prepare(struct device *d);
void pull_schedule(struct device *d, s64 ms);
void pull_stop(struct device *d);

#endif
