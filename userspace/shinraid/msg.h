/* SPDX-License-Identifier: MIT */
/*
 * The closed table of what the three processes may say to each other.  The
 * network side can name no key, no PCR and no file: all it can ask for is a
 * quote over 32 bytes and where in the spool a record lies.
 */
#ifndef SHINRAID_MSG_H
#define SHINRAID_MSG_H

#include <shinrai/record.h>
#include <shinrai/tpm2.h>

#include "../daemon/tls.h"

enum msg_type {
	MSG_READY = 1, /* child -> parent: struct msg_ready */
	MSG_TLS, /* parent -> net: struct msg_tls */
	MSG_SELECT, /* parent -> tpm: struct shinrai_selection */
	MSG_QUOTE, /* net -> tpm: struct msg_quote */
	MSG_QUOTED, /* tpm -> net: struct msg_quoted */
	MSG_SYNC, /* net -> parent: nothing */
	MSG_SYNCED, /* parent -> net: struct msg_synced, once with the log */
	MSG_RANGE, /* net -> parent: struct msg_range */
	MSG_RANGED, /* parent -> net: struct msg_ranged */
	MSG_ALARM, /* parent -> net: struct msg_alarm */
	MSG_PAST, /* parent -> net: struct msg_past, with a log, before MSG_SYNCED */
	MSG_BOOTS, /* parent -> net: struct msg_boots, with their names, likewise */
};

#define MSG_ATTEST_MAX 2048
#define MSG_KEY_MAX 1024
#define MSG_PCRS_MAX 8192
#define MSG_RANGES 256

struct msg_ready {
	u32 port;
};

struct msg_tls {
	u32 which; /* enum tls_file; TLS_CA puts all three in force */
	struct tls_pem file;
};

struct msg_quote {
	u8 qualifying[32];
};

struct msg_quoted {
	s32 status; /* 0 or -errno; then nothing else is valid */
	u32 attest_len;
	u32 signature_len;
	u32 ak_len;
	u32 pcrs_len;
	struct shinrai_selection selection;
	u8 attest[MSG_ATTEST_MAX]; /* TPMS_ATTEST */
	u8 signature[MSG_KEY_MAX]; /* TPMT_SIGNATURE */
	u8 ak[MSG_KEY_MAX]; /* TPMT_PUBLIC */
	u8 pcrs[MSG_PCRS_MAX]; /* PROTOCOL.md 2.5 */
};

struct msg_synced {
	s32 status; /* 0; -ENODATA: no START yet; -EIO: log is not whole */
	u32 window_ms;
	u32 window_events;
	u32 reserved;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	u64 records;
	struct shinrai_selection selection;
};

struct msg_range {
	u32 count;
	u32 reserved;
	u64 from[MSG_RANGES];
	u8 whole[MSG_RANGES]; /* 1: up to the longest log, or nothing of it */
};

struct msg_ranged {
	u32 count;
	u32 reserved;
	struct {
		u64 first; /* record at offset */
		u64 offset;
		u64 len; /* whole records, up to the limit of an answer */
	} range[MSG_RANGES];
};

struct msg_alarm {
	u64 records; /* from 0 to the last one with a violation */
};

/* Of an earlier boot; the oldest comes first. */
struct msg_past {
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	u64 size; /* bytes */
};

struct msg_boots {
	u64 size; /* bytes */
};

struct msg {
	u32 type;
	u32 len;
	u64 cookie; /* chosen by who asks, returned by who answers */
	int fd; /* received descriptor or -1; the receiver's to close */
	union {
		struct msg_ready ready;
		struct msg_tls tls;
		struct shinrai_selection selection;
		struct msg_quote quote;
		struct msg_quoted quoted;
		struct msg_synced synced;
		struct msg_range range;
		struct msg_ranged ranged;
		struct msg_alarm alarm;
		struct msg_past past;
		struct msg_boots boots;
	} u;
};

int msg_pair(int fds[2]);
int msg_send(int fd, u32 type, u64 cookie, const void *body, int pass);
int msg_recv(int fd, struct msg *m);

#endif
