/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The contract: every constant and struct that crosses between kernel, BPF and
 * user space.  The byte formats that use them are specified in
 * userspace/PROTOCOL.md.  Unknown flags are refused, reserved fields are zero.
 */
#ifndef _UAPI_SHINRAI_H
#define _UAPI_SHINRAI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Grows with every incompatible change of anything in this file. */
#define SHINRAI_ABI_VERSION 1

/* TCG CEL-TLV top-level types (TCG Canonical Event Log Format 1.0, 5.1). */
#define SHINRAI_CEL_RECNUM 0
#define SHINRAI_CEL_PCR 1
#define SHINRAI_CEL_NV_INDEX 2
#define SHINRAI_CEL_DIGESTS 3
/* Our content type, and the TLVs inside it (PROTOCOL.md 2). */
#define SHINRAI_CEL_CONTENT 0x53
#define SHINRAI_TLV_HEADER 1
#define SHINRAI_TLV_EVENT 2

#define SHINRAI_RECORD_VERSION 1
#define SHINRAI_HEADER_SIZE 76
#define SHINRAI_BOOT_ID_SIZE 16
#define SHINRAI_DIGEST_SIZE 32
#define SHINRAI_SALT_SIZE 16
#define SHINRAI_MAX_EVENTS 1024 /* in one record */
#define SHINRAI_MAX_RECORD (1 << 20) /* bytes of one whole CEL record */
#define SHINRAI_MAX_EVENT 16384 /* bytes of one event TLV's value */
#define SHINRAI_MAX_FIELDS 32 /* in one event */
#define SHINRAI_MAX_PATH 4096 /* longer paths are cut and flagged */

/* A reader that meets an unknown type without this bit answers "cannot tell". */
#define SHINRAI_RECORD_NONCRITICAL 0x80
enum shinrai_record_type {
	SHINRAI_RECORD_START = 1,
	SHINRAI_RECORD_ARM = 2,
	SHINRAI_RECORD_EVENTS = 3,
	SHINRAI_RECORD_CHECKPOINT = 4,
};

#define SHINRAI_EVENT_NONCRITICAL 0x8000
enum shinrai_event_type {
	SHINRAI_EVENT_START = 1, /* machine facts at module load */
	SHINRAI_EVENT_ARM = 2, /* embedded programs, links, policies */
	SHINRAI_EVENT_CODE = 3, /* content measured before use */
	SHINRAI_EVENT_RUNNING = 4, /* content already in use at arm */
	SHINRAI_EVENT_ANON_EXEC = 5, /* anonymous memory made executable */
	SHINRAI_EVENT_VIOLATION = 6, /* time of use: see enum shinrai_reason */
	SHINRAI_EVENT_STATE = 7, /* degraded, mode change, shutdown, ... */
	SHINRAI_EVENT_OVERFLOW = 8, /* events that were not recorded */
	SHINRAI_EVENT_UNMEASURED = 9, /* code used although hashing failed */
	SHINRAI_EVENT_CHECKPOINT = 10, /* log root and PCR values so far */
	SHINRAI_EVENT_MODULE = 11, /* kernel module loaded before arm */
};

/* Field ids ascend strictly inside an event; each occurs at most once. */
#define SHINRAI_FIELD_REDACTABLE 0x80
enum shinrai_field_id {
	SHINRAI_FIELD_KIND = 0x01, /* u8, enum shinrai_kind */
	SHINRAI_FIELD_DIGEST = 0x02, /* 32 bytes, SHA-256 of the content */
	SHINRAI_FIELD_SIZE = 0x03, /* u64, bytes hashed */
	SHINRAI_FIELD_FLAGS = 0x04, /* u32, enum shinrai_code_flags */
	SHINRAI_FIELD_REASON = 0x05, /* u32, enum shinrai_reason */
	SHINRAI_FIELD_COUNT = 0x06, /* u64 */
	SHINRAI_FIELD_ERRNO = 0x07, /* u32, positive errno */
	SHINRAI_FIELD_FSMAGIC = 0x08, /* u32, statfs f_type */
	SHINRAI_FIELD_VERITY = 0x09, /* u16 TPM hash alg, fs-verity digest */
	/* START */
	SHINRAI_FIELD_ABI = 0x10, /* u32, SHINRAI_ABI_VERSION */
	SHINRAI_FIELD_KERNEL = 0x11, /* text, utsname release and version */
	SHINRAI_FIELD_MODULE_ID = 0x12, /* text, srcversion of the module */
	SHINRAI_FIELD_BANKS = 0x13, /* {u16 alg, u8 size, u8 capped}... */
	SHINRAI_FIELD_PCRS = 0x14, /* u8 code PCR, u8 flow PCR */
	SHINRAI_FIELD_PCR_VALUES = 0x15, /* PCR value list, PROTOCOL.md 2.5 */
	SHINRAI_FIELD_LOADED_AT = 0x16, /* u64, ns of CLOCK_BOOTTIME */
	SHINRAI_FIELD_USER_TASKS = 0x17, /* u32, user processes at load */
	SHINRAI_FIELD_ANCHORS = 0x18, /* SHA-256 of each trust anchor */
	SHINRAI_FIELD_PARAMS = 0x19, /* text, module parameters in force */
	SHINRAI_FIELD_TEST = 0x1a, /* u32, test flags; absent when none */
	/* ARM */
	SHINRAI_FIELD_PROGRAMS = 0x20, /* {u8 len, name, SHA-256}... */
	SHINRAI_FIELD_LINKS = 0x21, /* u32, links held */
	SHINRAI_FIELD_POLICIES = 0x22, /* SHA-256 of each policy */
	SHINRAI_FIELD_RUNNING = 0x23, /* u32, RUNNING and MODULE events */
	SHINRAI_FIELD_MODE = 0x24, /* u8, enum shinrai_mode */
	SHINRAI_FIELD_EXTEND = 0x25, /* u8, enum shinrai_extend */
	SHINRAI_FIELD_WINDOW = 0x26, /* u32 ms, u32 events; batched only */
	/* CHECKPOINT */
	SHINRAI_FIELD_RECORDS = 0x30, /* u64, records the root covers */
	SHINRAI_FIELD_LOG_ROOT = 0x31, /* 32 bytes, PROTOCOL.md 2.6 */
	/* Redactable: committed with a salt of their own. */
	SHINRAI_FIELD_PATH = 0x80, /* bytes, a hint; identity is the digest */
	SHINRAI_FIELD_UID = 0x81, /* u32 uid, u32 login uid */
	SHINRAI_FIELD_EXE = 0x82, /* bytes, path of the acting program */
	SHINRAI_FIELD_CGROUP = 0x83, /* u64, cgroup v2 id */
	SHINRAI_FIELD_NAME = 0x84, /* bytes, name of a kernel module */
};

enum shinrai_kind {
	SHINRAI_KIND_EXEC = 1, /* program given to execve */
	SHINRAI_KIND_SCRIPT = 2, /* "#!" file given to execve */
	SHINRAI_KIND_MMAP = 3, /* mapped executable: libraries, ld.so */
	SHINRAI_KIND_MODULE = 4, /* kernel module, from file or buffer */
	SHINRAI_KIND_FIRMWARE = 5,
	SHINRAI_KIND_KEXEC = 6, /* kexec kernel or initramfs */
	SHINRAI_KIND_KERNEL_READ = 7, /* other content the kernel reads */
};

enum shinrai_code_flags {
	SHINRAI_CODE_UNCACHED = 1 << 0, /* filesystem without change counter */
	SHINRAI_CODE_OVERLAY = 1 << 1, /* measured through the backing inode */
	SHINRAI_CODE_BUFFER = 1 << 2, /* came from a buffer, not a file */
	SHINRAI_CODE_PATH_CUT = 1 << 3, /* path longer than SHINRAI_MAX_PATH */
	SHINRAI_CODE_LATE = 1 << 4, /* used before this record was extended */
	SHINRAI_CODE_MPROTECT = 1 << 5, /* made executable by mprotect */
	SHINRAI_CODE_REFUSED = 1 << 6, /* enforce mode refused its use */
};

enum shinrai_reason {
	/* VIOLATION */
	SHINRAI_REASON_OPEN_WRITERS = 1, /* measured while open for writing */
	SHINRAI_REASON_TOMTOU = 2, /* opened for writing while in use */
	SHINRAI_REASON_CHANGED = 3, /* changed while being hashed */
	SHINRAI_REASON_BPF_PROGRAM = 4, /* one that can overrule hooks */
	/* STATE */
	SHINRAI_REASON_DEGRADED_TIMEOUT = 16, /* TPM did not answer in time */
	SHINRAI_REASON_DEGRADED_TPM = 17, /* TPM refused an extend */
	SHINRAI_REASON_DEGRADED_MEMORY = 18,
	SHINRAI_REASON_MODE = 19, /* observe changed to enforce */
	SHINRAI_REASON_SHUTDOWN = 20, /* reboot or power off was asked for */
	SHINRAI_REASON_PCR_MOVED = 21, /* somebody else extended our PCR */
	SHINRAI_REASON_SUSPEND = 22,
	SHINRAI_REASON_RESUME = 23,
	/* OVERFLOW */
	SHINRAI_REASON_LOG_FULL = 32, /* total cap reached */
	SHINRAI_REASON_USER_RATE = 33, /* one user's rate exceeded */
};

enum shinrai_mode {
	SHINRAI_MODE_OBSERVE = 0,
	SHINRAI_MODE_ENFORCE = 1,
};

enum shinrai_extend {
	SHINRAI_EXTEND_SYNC = 0,
	SHINRAI_EXTEND_BATCH = 1,
};

/* A batched event reaches its PCR within this window (PROTOCOL.md 2.4). */
#define SHINRAI_BATCH_MS 100
#define SHINRAI_BATCH_EVENTS 256

#define SHINRAI_MAX_BANKS 8
#define SHINRAI_MAX_BANK_SIZE 64

struct shinrai_bank {
	__u16 alg; /* TPM_ALG_ID */
	__u8 size; /* bytes of value used */
	__u8 capped; /* 1: kernel lacks the hash, never quoted */
	__u8 value[SHINRAI_MAX_BANK_SIZE];
};

/* SHINRAI_IOC_INFO: what is loaded.  Needs only the open file. */
struct shinrai_info {
	__u32 abi;
	__u32 state; /* bit 0 armed, bit 1 degraded, bit 2 overflowed */
	__u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	__u64 first; /* lowest record that read() can return besides 0 */
	__u64 records; /* records committed to the log */
	__u64 bytes; /* bytes of log held in memory */
	__u32 pcr_code;
	__u32 pcr_flow;
	__u32 mode;
	__u32 extend;
	__u64 reserved[4];
};

#define SHINRAI_STATE_ARMED (1 << 0)
#define SHINRAI_STATE_DEGRADED (1 << 1)
#define SHINRAI_STATE_OVERFLOWED (1 << 2)

/*
 * SHINRAI_IOC_FLUSH: extend what is pending, then return the number of records
 * and the PCR values that they add up to, as one consistent pair.
 */
struct shinrai_flush {
	__u32 flags; /* must be 0 */
	__u32 nbanks; /* out: entries of code[] and flow[] */
	__u64 records; /* out */
	struct shinrai_bank code[SHINRAI_MAX_BANKS]; /* out */
	struct shinrai_bank flow[SHINRAI_MAX_BANKS]; /* out */
};

/* SHINRAI_IOC_SEEK: the next read() starts at this record. */
struct shinrai_seek {
	__u64 record;
	__u32 flags; /* must be 0 */
	__u32 reserved;
};

/*
 * SHINRAI_IOC_TRIM: free records below @record, which must be a CHECKPOINT
 * record or lie below the newest one.  Record 0 stays.
 */
struct shinrai_trim {
	__u64 record;
	__u32 flags; /* must be 0 */
	__u32 reserved;
};

#define SHINRAI_IOC_MAGIC 0xB7
#define SHINRAI_IOC_INFO _IOR(SHINRAI_IOC_MAGIC, 1, struct shinrai_info)
#define SHINRAI_IOC_FLUSH _IOWR(SHINRAI_IOC_MAGIC, 2, struct shinrai_flush)
#define SHINRAI_IOC_SEEK _IOW(SHINRAI_IOC_MAGIC, 3, struct shinrai_seek)
#define SHINRAI_IOC_CHECKPOINT _IO(SHINRAI_IOC_MAGIC, 4)
#define SHINRAI_IOC_TRIM _IOW(SHINRAI_IOC_MAGIC, 5, struct shinrai_trim)

/*
 * What a BPF program keeps in an inode's storage.  @version is the change
 * counter of the content that was measured, plus one; zero means "measure".
 * While somebody measures, its two top bits are set above a number of the claim,
 * and @used keeps what it was.
 */
struct shinrai_mark {
	__u64 version;
	__u64 used;
};

#if defined(__KERNEL__) || defined(static_assert) || \
	(defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L)
_Static_assert(sizeof(struct shinrai_bank) == 68, "shinrai_bank is ABI");
_Static_assert(sizeof(struct shinrai_info) == 96, "shinrai_info is ABI");
_Static_assert(sizeof(struct shinrai_flush) == 1104, "shinrai_flush is ABI");
_Static_assert(sizeof(struct shinrai_seek) == 16, "shinrai_seek is ABI");
_Static_assert(sizeof(struct shinrai_trim) == 16, "shinrai_trim is ABI");
_Static_assert(sizeof(struct shinrai_mark) == 16, "shinrai_mark is ABI");
#endif

#endif
