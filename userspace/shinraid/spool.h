/* SPDX-License-Identifier: MIT */
/*
 * The durable copy of the measurement log: <root>/<boot id>/log.cel, only ever
 * appended to, and an index of its records in memory; and <root>/boots, the names of
 * the boots that there were.
 */
#ifndef SHINRAID_SPOOL_H
#define SHINRAID_SPOOL_H

#include <time.h>

#include <shinrai/record.h>

#define SPOOL_PCRS 24
#define SPOOL_BOOTS 4096 /* that are remembered */

/* What the records say that the daemon needs. */
struct spool_facts {
	u16 capped[SHINRAI_MAX_BANKS]; /* TPM_ALG_IDs of capped banks */
	u32 ncapped;
	u32 own; /* PCRs that carry the log; bit n: PCR n */
	u32 flow; /* the one of flow events, when @own is not 0 */
	u32 window_ms;
	u32 window_events;
	u64 violations; /* records from 0 to the last one that has any */
};

/* Invariant: offset[0..records] are set; the file holds offset[records]. */
struct spool {
	int fd; /* -1: no log yet */
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	u64 *offset;
	u64 cap;
	u64 records;
	u64 cut; /* bytes of a torn tail that recovery removed */
	u64 synced; /* of the records, those that are durable */
	struct spool_facts facts;
};

int spool_lock(const char *root);
void spool_init(struct spool *sp);
void spool_close(struct spool *sp);
int spool_open(struct spool *sp, const char *root,
	       const u8 boot_id[SHINRAI_BOOT_ID_SIZE]);
int spool_append(struct spool *sp, const struct shinrai_record *rec,
		 const struct shinrai_header *h);
int spool_flush(struct spool *sp);
u64 spool_size(const struct spool *sp);
int spool_range(const struct spool *sp, u64 from, u64 max, u64 *first,
		u64 *offset, u64 *len);
/* Of another boot. */
struct spool_old {
	char name[2 * SHINRAI_BOOT_ID_SIZE + 1];
	u64 order; /* that boots had; 0: of an earlier version, then by ... */
	struct timespec mtime; /* of its log: when it was last appended to */
	u64 size;
};

int spool_order(const char *root, int dir,
		const u8 boot_id[SHINRAI_BOOT_ID_SIZE]);
int spool_olds(const char *root, const u8 current[SHINRAI_BOOT_ID_SIZE],
	       struct spool_old **list, size_t *n);
int spool_prune(const char *root, const u8 keep[SHINRAI_BOOT_ID_SIZE],
		unsigned int boots, u64 bytes);
int spool_add_boot(const char *root, int dir,
		   const u8 boot_id[SHINRAI_BOOT_ID_SIZE]);
int spool_find_boot(const u8 *ids, size_t len,
		    const u8 boot_id[SHINRAI_BOOT_ID_SIZE]);

#endif
