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
#define SHINRAI_UUID_SIZE 16
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
	SHINRAI_EVENT_OWNER = 12, /* a data owner is admitted or revoked */
	SHINRAI_EVENT_POLICY = 13, /* a policy takes effect */
	SHINRAI_EVENT_LABEL = 14, /* given, taken off by a grant, or lost */
	SHINRAI_EVENT_FLOW =
		15, /* labelled data went, or was to go, somewhere */
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
	/* OWNER, POLICY, LABEL, FLOW */
	SHINRAI_FIELD_OWNER = 0x40, /* SHA-256 of the key's BIT STRING */
	SHINRAI_FIELD_GENERATION = 0x41, /* u64 */
	SHINRAI_FIELD_NAMESPACE = 0x42, /* text */
	SHINRAI_FIELD_OPERATION = 0x43, /* u8, enum shinrai_operation */
	SHINRAI_FIELD_LABELS = 0x44, /* {owner, UUID}..., 48 bytes each */
	SHINRAI_FIELD_ACTION = 0x45, /* u8, enum shinrai_action */
	SHINRAI_FIELD_VERDICT = 0x46, /* u8, enum shinrai_verdict_code */
	SHINRAI_FIELD_RULE = 0x47, /* u32, line of the policy; 0: no rule */
	SHINRAI_FIELD_BYTES = 0x48, /* u64 */
	SHINRAI_FIELD_WALL_TIME = 0x49, /* u64, ns since 1970, of the first */
	SHINRAI_FIELD_PROGRAM = 0x4a, /* 32 bytes, SHA-256 of the actor */
	SHINRAI_FIELD_SINK_KIND = 0x4b, /* u8, enum shinrai_sink_kind */
	SHINRAI_FIELD_REFUSED = 0x4c, /* u8: 1 it did not happen, 0 it did */
	/* Redactable: committed with a salt of their own. */
	SHINRAI_FIELD_PATH = 0x80, /* bytes, a hint; identity is the digest */
	SHINRAI_FIELD_UID = 0x81, /* u32 uid, u32 login uid */
	SHINRAI_FIELD_EXE = 0x82, /* bytes, path of the acting program */
	SHINRAI_FIELD_CGROUP = 0x83, /* u64, cgroup v2 id */
	SHINRAI_FIELD_NAME = 0x84, /* bytes, name of a kernel module */
	SHINRAI_FIELD_SINK = 0x85, /* struct shinrai_sink, then its text */
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
	SHINRAI_REASON_LABELS_LIVE = 24, /* flow programs attached: LINKS */
	/* OVERFLOW */
	SHINRAI_REASON_LOG_FULL = 32, /* total cap reached */
	SHINRAI_REASON_USER_RATE = 33, /* one user's rate exceeded */
};

/* LABEL's REASON */
enum shinrai_label_reason {
	SHINRAI_LABEL_APPLIED = 48, /* an administrator named the file */
	SHINRAI_LABEL_GRANTED = 49, /* a program was granted to do without */
	SHINRAI_LABEL_LOST = 50, /* a file could not keep it */
};

enum shinrai_operation {
	SHINRAI_OWNER_ADMIT = 1,
	SHINRAI_OWNER_REVOKE = 2,
};

/* What is done with labelled data. */
enum shinrai_action {
	SHINRAI_ACTION_READ = 1, /* open, map or receive it */
	SHINRAI_ACTION_WRITE = 2, /* store it where no label can be kept */
	SHINRAI_ACTION_SEND = 3, /* to a socket that leaves the machine */
	SHINRAI_ACTION_EXPORT = 4, /* to removable media or a raw device */
	SHINRAI_ACTION_DERIVE = 5, /* another file takes the label on */
	SHINRAI_ACTION_DELETE = 6, /* unlink, truncate, replace, overwrite */
	SHINRAI_ACTION_TRACE = 7, /* debug or dump who holds it */
};
#define SHINRAI_ACTIONS 8 /* 0 is none */

/* In the order of their severity. */
enum shinrai_verdict_code {
	SHINRAI_VERDICT_ALLOW = 1,
	SHINRAI_VERDICT_AUDIT = 2, /* allowed, and told of */
	SHINRAI_VERDICT_DENY = 3,
};

enum shinrai_sink_kind {
	SHINRAI_SINK_NONE = 0,
	SHINRAI_SINK_INET = 1, /* IPv4, IPv6 */
	SHINRAI_SINK_MEDIA = 2, /* removable, or a raw block device */
	SHINRAI_SINK_FILESYSTEM = 3, /* by its type */
	SHINRAI_SINK_LOCAL = 4, /* AF_UNIX, by its path */
	SHINRAI_SINK_OTHER = 5, /* another address family, raw packets */
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

/* SINK's value begins with this; a text of the length that remains follows. */
struct shinrai_sink {
	__u8 kind; /* enum shinrai_sink_kind */
	__u8 family; /* INET: 4, 6 */
	__u8 proto; /* INET: IPPROTO_*; OTHER: AF_* */
	__u8 reserved;
	__u8 port[2]; /* INET: network order */
	__u8 vendor[2]; /* MEDIA: big-endian */
	__u8 product[2];
	__u8 addr[16]; /* INET: network order; IPv4 in the first four */
};

/* One label, as the xattr, LABELS and the ioctls have it. */
struct shinrai_label_id {
	__u8 owner[SHINRAI_DIGEST_SIZE];
	__u8 uuid[SHINRAI_UUID_SIZE];
};

/* Only the module writes it.  Its value: version, count, 0, 0, then the ids. */
#define SHINRAI_XATTR "security.shinrai"
#define SHINRAI_XATTR_VERSION 1
#define SHINRAI_MAX_LABELS 64 /* live on one machine at once */

/*
 * SHINRAI_IOC_LOAD: an owner's admission, signed by the administrator, or an
 * owner's policy, signed by the owner.  Signatures are detached CMS (DER): one
 * signer, RSA over SHA-256, without certificates and attributes.
 *
 * In force, and its record in the PCR, when 0 is returned; else nothing has
 * changed, and errno is
 *	EPERM		the descriptor is not open for writing
 *	EFAULT		a bad address
 *	EINVAL		an unknown kind or flag, or no bytes
 *	E2BIG		larger than a limit, here or in include/shinrai/policy.h
 *	ENOKEY		the module was loaded without anchor=
 *	EBUSY		the module is not armed yet
 *	EIO		the state is degraded: the log could not be believed
 *	ETIMEDOUT	the TPM did not answer, and now it is
 *	ENOSPC		the log is full
 *	EKEYREJECTED	not signed by the key that should have, or not as above
 *	EBADMSG		malformed, although it is signed
 *	EPROTONOSUPPORT	of a version that this module does not know
 *	ESTALE		its generation is not above the last one: of all
 *			admissions and revocations, or of this owner's policies
 *	ENOENT		the owner was never admitted
 *	EKEYREVOKED	the owner is revoked
 *	EACCES		the owner was admitted for another namespace
 *	EEXIST		the key or the namespace is admitted already
 *	EILSEQ		the certificate is none, or not that of the owner's key
 *	ENOPKG		its key is not RSA of 2048 bits or more
 *	EUSERS		SHINRAI_MAX_OWNERS keys were admitted in this boot
 *	ENOMEM, EINTR	as usual
 */
struct shinrai_load {
	__u64 data; /* user pointers */
	__u64 signature;
	__u32 data_len;
	__u32 signature_len;
	__u32 kind; /* enum shinrai_load_kind */
	__u32 flags; /* must be 0 */
};

enum shinrai_load_kind {
	SHINRAI_LOAD_ADMISSION = 1, /* struct shinrai_admission, certificate */
	SHINRAI_LOAD_POLICY = 2, /* include/shinrai/policy.h */
};

#define SHINRAI_MAX_NAMESPACE 64 /* bytes, NUL included */
#define SHINRAI_MAX_CERTIFICATE 8192
#define SHINRAI_MAX_SIGNATURE 16384
#define SHINRAI_MAX_OWNERS 64
#define SHINRAI_ADMISSION_MAGIC "SHNROWN"

/* What the administrator signs; little-endian. */
struct shinrai_admission {
	__u8 magic[8];
	__u32 version; /* 1 */
	__u32 operation; /* enum shinrai_operation */
	__u64 generation; /* of the administrator's; grows each time */
	__u8 name[SHINRAI_MAX_NAMESPACE]; /* namespace, NUL-padded */
	__u8 owner[SHINRAI_DIGEST_SIZE]; /* of the certificate's key */
	__u32 cert_len; /* follows, DER; 0 when revoking */
	__u32 reserved;
};

/*
 * SHINRAI_IOC_OWNERS: who is admitted, revoked ones included, in the order of
 * their first admission.
 */
struct shinrai_owner {
	__u8 name[SHINRAI_MAX_NAMESPACE];
	__u8 owner[SHINRAI_DIGEST_SIZE];
	__u8 policy[SHINRAI_DIGEST_SIZE]; /* SHA-256; zeroes without one */
	__u64 admitted; /* generation of the admission or revocation */
	__u64 generation; /* of the policy, 0 without one */
	__u32 rules;
	__u32 labels;
	__u32 flags; /* SHINRAI_OWNER_IS_* */
	__u32 reserved;
};
#define SHINRAI_OWNER_IS_REVOKED (1 << 0)

struct shinrai_owners {
	__u64 list; /* user pointer to struct shinrai_owner[count] */
	__u32 count; /* in: room; out: how many there are */
	__u32 flags; /* must be 0 */
};

/*
 * SHINRAI_IOC_POLICY: read a loaded policy back.  @data_len: in, room; out, its
 * size, and nothing is copied when it is larger.  ENOENT: none of this owner is
 * in force.
 */
struct shinrai_policy_get {
	__u8 owner[SHINRAI_DIGEST_SIZE];
	__u64 data; /* user pointer */
	__u32 data_len;
	__u32 flags; /* must be 0 */
};

/* SHINRAI_IOC_LABEL: the labels of an open file, and one more for it. */
struct shinrai_label_file {
	__s32 fd; /* of a regular file, a directory or a FIFO */
	__u32 flags; /* SHINRAI_LABEL_* */
	__u32 count; /* out: labels it has */
	__u32 reserved;
	struct shinrai_label_id add; /* with SHINRAI_LABEL_ADD */
	struct shinrai_label_id labels[SHINRAI_MAX_LABELS]; /* out */
};
#define SHINRAI_LABEL_ADD (1 << 0)

/* SHINRAI_IOC_PROCESS: the labels of a process. */
struct shinrai_process {
	__s32 pid; /* in the caller's namespace */
	__u32 flags; /* must be 0 */
	__u32 count; /* out */
	__u32 reserved;
	struct shinrai_label_id labels[SHINRAI_MAX_LABELS]; /* out */
};

#define SHINRAI_IOC_MAGIC 0xB7
#define SHINRAI_IOC_INFO _IOR(SHINRAI_IOC_MAGIC, 1, struct shinrai_info)
#define SHINRAI_IOC_FLUSH _IOWR(SHINRAI_IOC_MAGIC, 2, struct shinrai_flush)
#define SHINRAI_IOC_SEEK _IOW(SHINRAI_IOC_MAGIC, 3, struct shinrai_seek)
#define SHINRAI_IOC_CHECKPOINT _IO(SHINRAI_IOC_MAGIC, 4)
#define SHINRAI_IOC_TRIM _IOW(SHINRAI_IOC_MAGIC, 5, struct shinrai_trim)
#define SHINRAI_IOC_LOAD _IOW(SHINRAI_IOC_MAGIC, 6, struct shinrai_load)
#define SHINRAI_IOC_OWNERS _IOWR(SHINRAI_IOC_MAGIC, 7, struct shinrai_owners)
#define SHINRAI_IOC_POLICY \
	_IOWR(SHINRAI_IOC_MAGIC, 8, struct shinrai_policy_get)
#define SHINRAI_IOC_LABEL _IOWR(SHINRAI_IOC_MAGIC, 9, struct shinrai_label_file)
#define SHINRAI_IOC_PROCESS _IOWR(SHINRAI_IOC_MAGIC, 10, struct shinrai_process)

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
_Static_assert(sizeof(struct shinrai_sink) == 26, "shinrai_sink is ABI");
_Static_assert(sizeof(struct shinrai_label_id) == 48,
	       "shinrai_label_id is ABI");
_Static_assert(sizeof(struct shinrai_load) == 32, "shinrai_load is ABI");
_Static_assert(sizeof(struct shinrai_admission) == 128,
	       "shinrai_admission is ABI");
_Static_assert(sizeof(struct shinrai_owner) == 160, "shinrai_owner is ABI");
_Static_assert(sizeof(struct shinrai_owners) == 16, "shinrai_owners is ABI");
_Static_assert(sizeof(struct shinrai_policy_get) == 48,
	       "shinrai_policy_get is ABI");
_Static_assert(sizeof(struct shinrai_label_file) == 3136,
	       "shinrai_label_file is ABI");
_Static_assert(sizeof(struct shinrai_process) == 3088,
	       "shinrai_process is ABI");
#endif

#endif
