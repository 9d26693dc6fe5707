/* SPDX-License-Identifier: MIT */
/*
 * Firmware event logs (TCG PC Client Platform Firmware Profile 1.05, 10):
 * SHA-1 only and crypto-agile.  The digests decide; an event's type and data
 * count only as far as the data hashes to the digest.
 */
#ifndef _SHINRAI_BOOTLOG_H
#define _SHINRAI_BOOTLOG_H

#include "pcrs.h"

/* PFP 10.4.1 */
enum shinrai_bootlog_type {
	SHINRAI_EV_PREBOOT_CERT = 0x0,
	SHINRAI_EV_POST_CODE = 0x1,
	SHINRAI_EV_NO_ACTION = 0x3,
	SHINRAI_EV_SEPARATOR = 0x4,
	SHINRAI_EV_ACTION = 0x5,
	SHINRAI_EV_EVENT_TAG = 0x6,
	SHINRAI_EV_S_CRTM_CONTENTS = 0x7,
	SHINRAI_EV_S_CRTM_VERSION = 0x8,
	SHINRAI_EV_CPU_MICROCODE = 0x9,
	SHINRAI_EV_PLATFORM_CONFIG_FLAGS = 0xa,
	SHINRAI_EV_TABLE_OF_DEVICES = 0xb,
	SHINRAI_EV_COMPACT_HASH = 0xc,
	SHINRAI_EV_IPL = 0xd,
	SHINRAI_EV_IPL_PARTITION_DATA = 0xe,
	SHINRAI_EV_NONHOST_CODE = 0xf,
	SHINRAI_EV_NONHOST_CONFIG = 0x10,
	SHINRAI_EV_NONHOST_INFO = 0x11,
	SHINRAI_EV_OMIT_BOOT_DEVICE_EVENTS = 0x12,
	SHINRAI_EV_POST_CODE2 = 0x13,
	SHINRAI_EV_EFI_VARIABLE_DRIVER_CONFIG = 0x80000001,
	SHINRAI_EV_EFI_VARIABLE_BOOT = 0x80000002,
	SHINRAI_EV_EFI_BOOT_SERVICES_APPLICATION = 0x80000003,
	SHINRAI_EV_EFI_BOOT_SERVICES_DRIVER = 0x80000004,
	SHINRAI_EV_EFI_RUNTIME_SERVICES_DRIVER = 0x80000005,
	SHINRAI_EV_EFI_GPT_EVENT = 0x80000006,
	SHINRAI_EV_EFI_ACTION = 0x80000007,
	SHINRAI_EV_EFI_PLATFORM_FIRMWARE_BLOB = 0x80000008,
	SHINRAI_EV_EFI_HANDOFF_TABLES = 0x80000009,
	SHINRAI_EV_EFI_PLATFORM_FIRMWARE_BLOB2 = 0x8000000a,
	SHINRAI_EV_EFI_HANDOFF_TABLES2 = 0x8000000b,
	SHINRAI_EV_EFI_VARIABLE_BOOT2 = 0x8000000c,
	SHINRAI_EV_EFI_GPT_EVENT2 = 0x8000000d,
	SHINRAI_EV_EFI_HCRTM_EVENT = 0x80000010,
	SHINRAI_EV_EFI_VARIABLE_AUTHORITY = 0x800000e0,
	SHINRAI_EV_EFI_SPDM_FIRMWARE_BLOB = 0x800000e1,
	SHINRAI_EV_EFI_SPDM_FIRMWARE_CONFIG = 0x800000e2,
};

/* EV_EVENT_TAG ids of the Linux EFI stub (drivers/firmware/efi/libstub). */
#define SHINRAI_TAG_LINUX_INITRD 0x8f3b22ec
#define SHINRAI_TAG_LINUX_OPTIONS 0x8f3b22ed

/* How an event's data relates to its digests. */
enum shinrai_bootlog_match {
	SHINRAI_BOOTLOG_HASHED, /* every bank: digest is the data's hash */
	SHINRAI_BOOTLOG_VALUE, /* digest of an EFI variable's value alone */
	SHINRAI_BOOTLOG_EXTERNAL, /* by its type the digest is of other bytes */
	SHINRAI_BOOTLOG_MISMATCH, /* should be the data's hash, and is not */
	SHINRAI_BOOTLOG_NOT_EXTENDED, /* EV_NO_ACTION */
};

/* What can be wrong with one event; the bits of the event's faults. */
enum shinrai_bootlog_fault {
	SHINRAI_BOOTLOG_DATA, /* data does not hash to the digest */
	SHINRAI_BOOTLOG_BANKS, /* a bank is missing or occurs twice */
	SHINRAI_BOOTLOG_PCR_RANGE, /* no such PCR */
	SHINRAI_BOOTLOG_NO_ACTION, /* EV_NO_ACTION that cannot be in order */
	SHINRAI_BOOTLOG_LOCALITY, /* StartupLocality too late or invalid */
	SHINRAI_BOOTLOG_SEPARATOR, /* PCR 0-7: an error, or another value */
	SHINRAI_BOOTLOG_FAULTS
};

/* Why a log cannot be read at all, or no further. */
enum shinrai_bootlog_error {
	SHINRAI_BOOTLOG_OK = 0,
	SHINRAI_BOOTLOG_EMPTY, /* no bytes */
	SHINRAI_BOOTLOG_TRUNCATED, /* the input ends inside an event */
	SHINRAI_BOOTLOG_SPEC_ID, /* Spec ID event is malformed */
	SHINRAI_BOOTLOG_ALGORITHM, /* digest of a hash not in the Spec ID */
	SHINRAI_BOOTLOG_HEADER, /* first bytes are no event */
};

struct shinrai_bootlog {
	struct shinrai_rd rd;
	const u8 *base;
	bool agile; /* crypto-agile; else SHA-1 only */
	bool have_spec; /* Spec ID event seen */
	u8 spec_major, spec_minor, spec_errata;
	unsigned int nalgs;
	struct {
		u16 alg;
		u16 size;
	} algs[SHINRAI_MAX_BANKS];
	u8 locality; /* StartupLocality: 0, 3 or 4 */
	bool have_locality; /* StartupLocality event seen */
	bool hcrtm; /* H-CRTM event seen: PCR 0 began at locality 4 */
	u32 events; /* read so far */
	u32 separators; /* bit n: EV_SEPARATOR in PCR n, hashed */
	int secure_boot; /* 1, 0, or -1 while not measured (PCR 7) */
	bool again; /* set by the caller: it was checked before, do not replay */
	u32 faults; /* of all events so far */
	enum shinrai_bootlog_error error;
	struct shinrai_replay replay; /* PCRs after the last event read */
};

/* One event; points into the log. */
struct shinrai_bootlog_event {
	u32 index; /* from 0 */
	size_t offset;
	u32 pcr;
	u32 type;
	unsigned int ndigests;
	struct shinrai_digest digest[SHINRAI_MAX_BANKS];
	struct shinrai_bytes data;
	enum shinrai_bootlog_match match;
	bool before_separator; /* PCR had not yet its separator */
	u32 faults;
};

/* UEFI_VARIABLE_DATA, PFP 10.4.2 ("EV_EFI_VARIABLE_*"). */
struct shinrai_bootlog_variable {
	u8 guid[16]; /* as in memory: first three parts little-endian */
	struct shinrai_bytes name; /* UTF-16LE, no NUL */
	struct shinrai_bytes data;
};

/*
 * TCG_PCClientTaggedEvent, PFP 10.4.2.1.  Linux extends the hash of what the
 * tag names, not of the tag: the event is EXTERNAL and its id is only a claim
 * that the digest has to confirm.
 */
struct shinrai_bootlog_tag {
	u32 id;
	struct shinrai_bytes data;
};

/*
 * Begins to read; looks at the first event to tell the two formats apart.
 * Return: 0; -ENODATA empty; -EBADMSG with @b->error saying why.
 */
int shinrai_bootlog_init(struct shinrai_bootlog *b, const void *log,
			 size_t len);

/*
 * Reads, checks and replays one event, the Spec ID event too.
 * @e: out, undefined on error
 * Return: 1 with an event; 0 at the end; -EBADMSG with @b->error saying why.
 */
int shinrai_bootlog_next(struct shinrai_bootlog *b,
			 struct shinrai_bootlog_event *e);

/* Return: bytes of the log read without error. */
size_t shinrai_bootlog_offset(const struct shinrai_bootlog *b);

/* Return: the event's digest in the bank @alg, or NULL. */
const u8 *shinrai_bootlog_digest(const struct shinrai_bootlog_event *e,
				 u16 alg);

/*
 * Return: 0; -EINVAL not an EFI variable event; -EBADMSG.  e->match says what may
 * be believed: HASHED all of it, VALUE only the data, else nothing.
 */
int shinrai_bootlog_variable(const struct shinrai_bootlog_event *e,
			     struct shinrai_bootlog_variable *v);

/* Is it this variable of the EFI global namespace?  @name: ASCII */
bool shinrai_bootlog_variable_is(const struct shinrai_bootlog_variable *v,
				 const char *name);

/* Return: 0; -EINVAL not EV_EVENT_TAG; -EBADMSG. */
int shinrai_bootlog_tag(const struct shinrai_bootlog_event *e,
			struct shinrai_bootlog_tag *t);

/* Return: "EV_SEPARATOR" and so on, "unknown", not NULL. */
const char *shinrai_bootlog_type_name(u32 type);

/* Return: stable names for JSON, not NULL. */
const char *shinrai_bootlog_fault_code(unsigned int fault);
const char *shinrai_bootlog_error_code(enum shinrai_bootlog_error error);

/* Return: one English clause, not NULL. */
const char *shinrai_bootlog_fault_text(unsigned int fault);
const char *shinrai_bootlog_error_text(enum shinrai_bootlog_error error);

#endif
