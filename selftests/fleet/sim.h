/* SPDX-License-Identifier: MIT */
/*
 * Attesters by the thousand: each with a key, a boot and a log of its own, and real
 * quotes; what they have in common, as their firmware, is forged once.
 * sim_device.c: what a device says; sim.c: who asks it, and over what.
 */
#ifndef SHINRAI_SIM_H
#define SHINRAI_SIM_H

#include "../verify/forge.h"

/* That are known; each runs once in a boot, while there are more. */
#define SIM_PROGRAMS 20000

enum sim_mode {
	SIM_WELL,
	SIM_MUTE, /* says nothing, for ever */
	SIM_SLAM, /* ends the connection when it is asked */
	SIM_BUSY, /* says 503 */
	SIM_LATE, /* answers 3 s later */
	SIM_STALE, /* says again what it said last */
	SIM_ALIEN, /* its quote is another device's */
	SIM_TAMPER, /* its log is not what its TPM was told */
	SIM_REWIND, /* its TPM's clock goes backwards */
	SIM_CUT, /* its log ends too early */
	SIM_AGED, /* it knows no part of an IMA list, only all of it */
	SIM_APART, /* what it gives as such a part is not the one asked for */
	SIM_BOOTLOG, /* its firmware log is not what its TPM was told */
	SIM_MODES
};

struct late;

/* The log of a boot. */
struct sim_log {
	u8 boot_id[16];
	u64 records;
	u64 rogue; /* record of a program that nobody knows; 0: none */
};

#define SIM_PAST 4

struct sim_device {
	EVP_PKEY *key;
	enum sim_mode mode;
	unsigned int firmware; /* 0 or 1: which one it has */
	struct sim_log log; /* of this boot */
	struct sim_log past[SIM_PAST]; /* of those before, the oldest first */
	unsigned int npast;
	unsigned int ima; /* entries of the IMA list; one more came later */
	u8 pcr[2][32]; /* code and flow, after all records */
	u64 clock; /* ms */
	u32 resets;
	u8 asker[32]; /* key of who asked last */
	u64 asked, handed; /* ms: when, and when it was another one */
	struct late *late; /* the last answer that is not sent yet */
	u8 *said; /* last, for SIM_STALE */
	size_t said_len;
};

struct sim_question {
	u8 nonce[32], exporter[32], verifier_key[32];
	u64 from, ima_from;
	bool no_firmware; /* its log is not asked for */
	bool have_boot;
	u8 boot_id[16];
};

void sim_prepare(EVP_PKEY *any, unsigned int nima);
void sim_write_files(void);
void sim_boot(struct sim_device *d);
void sim_crash(struct sim_device *d);
void sim_grow(struct sim_device *d, u64 n);
void sim_measure(struct sim_device *d);
int sim_answer(struct sim_device *d, const struct sim_device *other,
	       const struct sim_question *q, u8 **out, size_t *len);

#endif
