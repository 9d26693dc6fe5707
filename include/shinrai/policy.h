/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A compiled policy and the one decision core: kernel, what-if replay and
 * verifier compile the same files: kernel/decide.c, kernel/policy_*.c.
 *
 * A blob is flat: a header and then its tables, each of fixed elements, in the
 * order of struct shinrai_policy_head's counts, the strings last.  All numbers
 * are little-endian; every reserved field is zero.  Nothing in it is trusted
 * before shinrai_policy_check() has said yes; after that every index in it is
 * in range and no function here can fail, allocate, sleep or lock.
 */
#ifndef _SHINRAI_POLICY_H
#define _SHINRAI_POLICY_H

#include <uapi/shinrai.h>

#include "platform.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "policies are read in place: little-endian machines only"
#endif

#define SHINRAI_POLICY_MAGIC "SHNRPOL" /* and its NUL: 8 bytes */
#define SHINRAI_POLICY_VERSION 1
#define SHINRAI_POLICY_MAX (16U << 20) /* bytes */
#define SHINRAI_POLICY_RULES 100000 /* in one policy */
#define SHINRAI_POLICY_LABELS 64
#define SHINRAI_POLICY_SHAPES 256
#define SHINRAI_POLICY_GRANTS 1024
#define SHINRAI_POLICY_TEXT 4096 /* bytes of a string, NUL included */
#define SHINRAI_POLICY_NAME 64 /* bytes of a namespace, NUL included */
#define SHINRAI_POLICY_NONE 0xffffffffU /* no such index */
#define SHINRAI_POLICY_ANY_LABEL 0xff

/* Who acts.  A rule has one. */
enum shinrai_subject_kind {
	SHINRAI_SUBJECT_ANY = 0,
	SHINRAI_SUBJECT_PROGRAM = 1, /* digest is in a group */
	SHINRAI_SUBJECT_USER = 2, /* uid in the initial user namespace */
	SHINRAI_SUBJECT_CGROUP = 3, /* at or below a cgroup v2 path */
};

struct shinrai_policy_head {
	u8 magic[8];
	u32 version;
	u32 size; /* of the whole blob */
	u64 generation; /* from 1; grows with every policy of this owner */
	u8 owner[SHINRAI_DIGEST_SIZE]; /* as SHINRAI_FIELD_OWNER */
	u8 source[SHINRAI_DIGEST_SIZE]; /* SHA-256 of the text */
	char name[SHINRAI_POLICY_NAME]; /* namespace, NUL-padded */
	u32 seed; /* of the index's hash */
	u32 flags; /* SHINRAI_POLICY_* */
	/* How many of each follow, in this order. */
	u32 labels; /* struct shinrai_policy_label */
	u32 patterns; /* struct shinrai_policy_pattern */
	u32 groups; /* struct shinrai_policy_group */
	u32 digests; /* u8[32], ascending within each group */
	u32 sinks; /* struct shinrai_policy_sink */
	u32 conditions; /* struct shinrai_policy_condition */
	u32 grants; /* struct shinrai_policy_grant */
	u32 rules; /* struct shinrai_policy_rule */
	u32 shapes; /* struct shinrai_policy_shape */
	u32 entries; /* struct shinrai_policy_entry */
	u32 buckets; /* u32 */
	/*
	 * Bytes: NUL-terminated texts; byte 0 is "".  All are UTF-8 without
	 * control characters, and a reference is to a text's first byte; the
	 * only one to an empty text is 0.
	 */
	u32 strings;
};

/* flags: exactly what is there; the rest need not be looked for */
#define SHINRAI_POLICY_METERED (1 << 0) /* some condition counts */
#define SHINRAI_POLICY_TIMED (1 << 1) /* some condition has a window */
#define SHINRAI_POLICY_CGROUPS (1 << 2) /* some rule names a cgroup */

struct shinrai_policy_label {
	u8 uuid[SHINRAI_UUID_SIZE];
	u32 name; /* string */
	u32 line; /* of the source, as everywhere here */
	/* What holds where no rule matches, by enum shinrai_action; [0] is 0. */
	u8 otherwise[SHINRAI_ACTIONS]; /* enum shinrai_verdict_code */
};

/* What holds where neither a rule nor the label's own default says anything. */
static inline u8 shinrai_policy_otherwise(u8 action)
{
	switch (action) {
	case SHINRAI_ACTION_READ:
	case SHINRAI_ACTION_DERIVE:
	case SHINRAI_ACTION_DELETE:
		return SHINRAI_VERDICT_ALLOW;
	default:
		return SHINRAI_VERDICT_DENY;
	}
}

/* Files that get a label when it is applied: shell pattern, "**" crosses "/". */
struct shinrai_policy_pattern {
	u32 label;
	u32 text;
};

/* Groups share out all digests, in order and without a gap. */
struct shinrai_policy_group {
	u32 name;
	u32 first; /* digest */
	u32 count;
	u32 line;
};

/* What a kind has no use for is 0. */
struct shinrai_policy_sink {
	u8 kind; /* enum shinrai_sink_kind, not NONE */
	/* INET: 4, 6, or 0 for both (then prefix is 0).  Mapped IPv4 is 4. */
	u8 family;
	u8 prefix; /* INET: bits of addr that count */
	u8 proto; /* INET: IPPROTO_*, 0 any.  OTHER: AF_*, 0 any */
	u16 port_first; /* INET: a range, 0..65535 for any */
	u16 port_last;
	u16 vendor; /* MEDIA: USB ids */
	u16 product;
	u8 exact; /* MEDIA: SHINRAI_MEDIA_*, what has to be equal */
	u8 reserved[3];
	u8 addr[16]; /* INET: network order, bits beyond the prefix are 0 */
	/* MEDIA: serial.  FILESYSTEM: type, LOCAL: path; "" any, else equal. */
	u32 text;
	u32 name; /* as the source names it, "" where it does not */
};

#define SHINRAI_MEDIA_VENDOR (1 << 0)
#define SHINRAI_MEDIA_PRODUCT (1 << 1)
#define SHINRAI_MEDIA_SERIAL (1 << 2)

/*
 * All of it has to hold.  A condition has a window, or counts, or both; only
 * allow and audit rules may count.  Rules that share a condition share its
 * counters, so a compiler gives each limit that was written its own.
 */
struct shinrai_policy_condition {
	u64 max_bytes; /* 0: not counted */
	u64 max_uses; /* 0: not counted */
	u32 per_s; /* the counters start again after so long; 0: never */
	u32 meter; /* its counters: 0, 1, ... in this order; NONE without */
	u16 from; /* minute of the day, UTC, 0..1439 */
	u16 until; /* exclusive; less than from: over midnight; both 0: always */
	u8 days; /* bit 0 Monday; of the day on which the window begins; not 0 */
	u8 reserved[3];
};

#define SHINRAI_POLICY_DAYS 0x7f /* every day */

/* A program that may handle a label without being marked by it. */
struct shinrai_policy_grant {
	u32 label;
	u32 group;
	u32 line;
	u32 reserved;
};

struct shinrai_policy_rule {
	u8 verdict; /* enum shinrai_verdict_code */
	u8 action; /* enum shinrai_action */
	u8 subject_kind; /* enum shinrai_subject_kind */
	u8 label; /* or SHINRAI_POLICY_ANY_LABEL */
	/*
	 * Group, uid, or a cgroup's path: a string, absolute, without a slash
	 * at its end and without empty, "." or ".." parts.  ANY: 0.
	 */
	u32 subject;
	u32 sink; /* NONE: wherever to */
	u32 condition; /* NONE: always */
	u32 flags; /* SHINRAI_RULE_* */
	u32 line;
};

#define SHINRAI_RULE_NOTIFY (1 << 0) /* told at once, not aggregated */

/*
 * The index.  Rules that ask for the same properties of an access share a
 * shape; what they ask for is hashed into that shape's buckets.  A rule has one
 * entry, but that of a group one for each of its digests.  Port ranges, windows
 * and counters are in no shape.  An entry only proposes a rule:
 * shinrai_policy_matches() has the last word, so an index can hide a rule at
 * worst, and shinrai_policy_check() proves that it hides none.
 *
 * Shapes ascend by sink_kind, family, prefix, exact, subject_kind, label_any.
 * Their buckets follow each other, and bucket[i]..bucket[i + 1] are a bucket's
 * entries, which ascend by hash and then by rule.
 *
 * With mix(h, w) = m ^ m >> 32, m = (h ^ w) * 0x9e3779b97f4a7c15 modulo 2^64, the
 * hash begins as the seed and takes in: the first 64 bits of the address, if
 * there is a prefix, and the others, if it is longer than 64; the text's hash
 * (FNV-1a, 64 bits), if TEXT or SERIAL is exact; proto | port << 8 | vendor << 24
 * | product << 40, each 0 unless exact; the subject: 0, the digest's first eight
 * bytes (big-endian), the uid, or the hash of the cgroup's path; and last
 * action | label << 8.  Its low 32 bits count, and of these the mask's give the
 * bucket.
 */
struct shinrai_policy_shape {
	u8 label_any;
	u8 subject_kind;
	u8 sink_kind; /* SHINRAI_SINK_NONE: wherever to */
	u8 family;
	u8 prefix;
	u8 exact; /* SHINRAI_SHAPE_*, SHINRAI_MEDIA_* */
	u16 actions; /* bits: the enum shinrai_action of its rules */
	u32 first_bucket; /* mask + 1 buckets, and the end of the last */
	u32 mask; /* buckets - 1, of a power of two */
};

#define SHINRAI_SHAPE_PROTO (1 << 4) /* INET protocol, OTHER family */
#define SHINRAI_SHAPE_PORT (1 << 5) /* one port, not a range */
#define SHINRAI_SHAPE_TEXT (1 << 6) /* FILESYSTEM type, LOCAL path */

struct shinrai_policy_entry {
	u32 hash;
	u32 rule;
};

/* Where the tables of a checked blob are. */
struct shinrai_policy {
	const struct shinrai_policy_head *head;
	const struct shinrai_policy_label *label;
	const struct shinrai_policy_pattern *pattern;
	const struct shinrai_policy_group *group;
	const u8 (*digest)[SHINRAI_DIGEST_SIZE];
	const struct shinrai_policy_sink *sink;
	const struct shinrai_policy_condition *condition;
	const struct shinrai_policy_grant *grant;
	const struct shinrai_policy_rule *rule;
	const struct shinrai_policy_shape *shape;
	const struct shinrai_policy_entry *entry;
	const u32 *bucket;
	const char *string;
};

int shinrai_policy_check(struct shinrai_policy *p, const void *blob,
			 size_t len);

/* One access, gathered.  Texts stay the caller's; they need no NUL. */
struct shinrai_access {
	u8 action; /* enum shinrai_action */
	u8 sink_kind; /* enum shinrai_sink_kind */
	u8 family; /* INET: 4 or 6; a mapped IPv6 address counts as IPv4 */
	u8 proto; /* INET: IPPROTO_*; OTHER: AF_* */
	u16 port; /* INET: of the other side, host order */
	u16 vendor; /* MEDIA */
	u16 product;
	u8 addr[16]; /* INET: network order; IPv4 in the first four */
	const char *text; /* as struct shinrai_policy_sink's; may be NULL */
	u32 text_len;
	u32 uid;
	const u8 *program; /* SHA-256; NULL: unknown, and in no group */
	const char *cgroup; /* absolute path in the v2 tree; NULL: unknown */
	u32 cgroup_len;
	u64 bytes; /* that it moves, 0 when that is not known */
	u64 wall_s; /* seconds since 1970, UTC */
};

/*
 * Counters of a condition; zeroed when the policy is loaded.  There is room for
 * an access when one more use is not more than max_uses, when its bytes are not
 * more than what is left of max_bytes, and when something is left of them, as
 * bytes may be unknown.  A rule without room does not match.
 *
 * The counters start again at the first access that is per_s seconds or more
 * later than since_s.  A clock that was set back never starts them again: they
 * stay until it has caught up.
 */
struct shinrai_meter {
	u64 since_s; /* wall_s of the first use in this period */
	u64 bytes;
	u64 uses;
};

struct shinrai_answer {
	u8 verdict; /* enum shinrai_verdict_code */
	u8 flags; /* SHINRAI_ANSWER_* */
	u8 label; /* that decided: its index in the policy */
	u8 reserved;
	u32 rule; /* that decided; NONE: no rule matched, the label's default */
};

/* A rule that decided for one of the labels asks for it. */
#define SHINRAI_ANSWER_NOTIFY (1 << 0)
/*
 * The same access may fare otherwise at another time: for one of the labels, a
 * rule that matches but for its condition, or would without it, ranks before
 * every rule that matches and has none.
 */
#define SHINRAI_ANSWER_VOLATILE (1 << 1)

/*
 * Each label is judged by itself: a deny that matches wins over an audit, that
 * over an allow, and without any the label's default holds; of several rules
 * with that verdict the first in the source decides.  Of several labels the
 * severest answer counts (deny, audit, allow); among equal ones that of the
 * lowest label.
 *
 * @labels: bits, by the label's index.  None: allowed, and the answer's label is
 * ANY_LABEL.  A label that the policy does not have is denied, and so is an
 * action that there is not.
 * @meters: shinrai_policy_meters() of them, or NULL to judge as if unused
 * @charge: what the deciding rules of the labels count is counted in @meters,
 * each meter once, but only if the whole answer is not a denial
 *
 * Whoever has several policies to ask asks all of them without @charge, and
 * charges each only if none denied.  Calls that share @meters are the caller's
 * to serialise, from the first question to the charge.
 */
void shinrai_policy_judge(const struct shinrai_policy *p, u64 labels,
			  const struct shinrai_access *a,
			  struct shinrai_meter *meters, bool charge,
			  struct shinrai_answer *out);
bool shinrai_policy_matches(const struct shinrai_policy *p, u32 rule, u8 label,
			    const struct shinrai_access *a,
			    const struct shinrai_meter *meters);
/*
 * Of several owners' answers, the one that counts: the severest, of equal ones
 * the first.  The flags are the caller's to join.  Return: whether @b does.
 */
bool shinrai_answer_severer(const struct shinrai_answer *a,
			    const struct shinrai_answer *b);
/* Labels of a policy that do not stick to this program. */
u64 shinrai_policy_granted(const struct shinrai_policy *p,
			   const u8 program[SHINRAI_DIGEST_SIZE]);
u32 shinrai_policy_meters(const struct shinrai_policy *p);

bool shinrai_policy_timed(const struct shinrai_policy_condition *c);

static_assert(sizeof(struct shinrai_policy_head) == 208, "blob format");
static_assert(sizeof(struct shinrai_policy_label) == 32, "blob format");
static_assert(sizeof(struct shinrai_policy_pattern) == 8, "blob format");
static_assert(sizeof(struct shinrai_policy_group) == 16, "blob format");
static_assert(sizeof(struct shinrai_policy_sink) == 40, "blob format");
static_assert(sizeof(struct shinrai_policy_condition) == 32, "blob format");
static_assert(sizeof(struct shinrai_policy_grant) == 16, "blob format");
static_assert(sizeof(struct shinrai_policy_rule) == 24, "blob format");
static_assert(sizeof(struct shinrai_policy_shape) == 16, "blob format");
static_assert(sizeof(struct shinrai_policy_entry) == 8, "blob format");

#endif
