// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: which sinks and subjects a rule means; each row by hand. */
#include <kunit/test.h>

#include "decide_golden.h"

#define TCP 6
#define UDP 17
#define UNIX 1
#define VSOCK 40

#define NET(fam, bits, pr, from, to, ...) \
	{ .kind = SHINRAI_SINK_INET,      \
	  .family = fam,                  \
	  .prefix = bits,                 \
	  .proto = pr,                    \
	  .port_first = from,             \
	  .port_last = to,                \
	  .addr = __VA_ARGS__ },          \
		NULL
#define TO(fam, pr, prt, ...)             \
	{ .sink_kind = SHINRAI_SINK_INET, \
	  .family = fam,                  \
	  .proto = pr,                    \
	  .port = prt,                    \
	  .addr = __VA_ARGS__ },          \
		NULL
#define MEDIA(bits, ven, prod, serial) \
	{ .kind = SHINRAI_SINK_MEDIA,  \
	  .exact = bits,               \
	  .vendor = ven,               \
	  .product = prod },           \
		serial
#define STICK(ven, prod, serial)                                             \
	{ .sink_kind = SHINRAI_SINK_MEDIA, .vendor = ven, .product = prod }, \
		serial
#define SINK(k, pr, text) { .kind = SHINRAI_SINK_##k, .proto = pr }, text
#define ON(k, pr, text) { .sink_kind = SHINRAI_SINK_##k, .proto = pr }, text
#define V6(a, b, c, d, e, f, g, h)                                         \
	{                                                                  \
		a >> 8, a & 255, b >> 8, b & 255, c >> 8, c & 255, d >> 8, \
			d & 255, e >> 8, e & 255, f >> 8, f & 255, g >> 8, \
			g & 255, h >> 8, h & 255                           \
	}
#define VENDOR SHINRAI_MEDIA_VENDOR
#define PRODUCT SHINRAI_MEDIA_PRODUCT
#define SERIAL SHINRAI_MEDIA_SERIAL

static const struct {
	struct shinrai_policy_sink sink;
	const char *text;
	struct shinrai_access access;
	const char *have;
	bool matches;
	const char *why;
} sinks[] = {
	/* IPv4 prefixes */
	{ NET(4, 8, 0, 0, 65535, { 10 }), TO(4, TCP, 443, { 10, 0, 0, 0 }),
	  true, "the first address of a /8" },
	{ NET(4, 8, 0, 0, 65535, { 10 }),
	  TO(4, TCP, 443, { 10, 255, 255, 255 }), true, "its last" },
	{ NET(4, 8, 0, 0, 65535, { 10 }), TO(4, TCP, 443, { 11, 0, 0, 0 }),
	  false, "one after it" },
	{ NET(4, 8, 0, 0, 65535, { 10 }), TO(4, TCP, 443, { 9, 255, 255, 255 }),
	  false, "one before it" },
	{ NET(4, 32, 0, 0, 65535, { 192, 0, 2, 7 }),
	  TO(4, TCP, 1, { 192, 0, 2, 7 }), true, "one host" },
	{ NET(4, 32, 0, 0, 65535, { 192, 0, 2, 7 }),
	  TO(4, TCP, 1, { 192, 0, 2, 6 }), false, "its neighbour" },
	{ NET(4, 31, 0, 0, 65535, { 192, 0, 2, 6 }),
	  TO(4, TCP, 1, { 192, 0, 2, 7 }), true, "the other of two" },
	{ NET(4, 31, 0, 0, 65535, { 192, 0, 2, 6 }),
	  TO(4, TCP, 1, { 192, 0, 2, 8 }), false, "the third of two" },
	{ NET(4, 9, 0, 0, 65535, { 10, 128 }), TO(4, TCP, 1, { 10, 128, 0, 1 }),
	  true, "the ninth bit is set" },
	{ NET(4, 9, 0, 0, 65535, { 10, 128 }),
	  TO(4, TCP, 1, { 10, 127, 255, 255 }), false, "the ninth bit is not" },
	{ NET(4, 1, 0, 0, 65535, { 128 }), TO(4, TCP, 1, { 200, 1, 1, 1 }),
	  true, "one bit" },
	{ NET(4, 1, 0, 0, 65535, { 128 }), TO(4, TCP, 1, { 127, 0, 0, 1 }),
	  false, "the other bit" },
	{ NET(4, 0, 0, 0, 65535, { 0 }), TO(4, TCP, 1, { 255, 255, 255, 255 }),
	  true, "all of IPv4" },
	{ NET(4, 0, 0, 0, 65535, { 0 }),
	  TO(6, TCP, 1, V6(0, 0, 0, 0, 0, 0, 0, 1)), false,
	  "all of IPv4 has no IPv6" },
	{ NET(4, 32, 0, 0, 65535, { 10, 0, 0, 1 }),
	  TO(6, TCP, 1, V6(0x0a00, 1, 0, 0, 0, 0, 0, 0)), false,
	  "IPv6 that begins with the same bytes" },
	/* IPv6 prefixes */
	{ NET(6, 32, 0, 0, 65535, V6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0)),
	  TO(6, UDP, 53, V6(0x2001, 0xdb8, 0xffff, 1, 2, 3, 4, 5)), true,
	  "inside a /32" },
	{ NET(6, 32, 0, 0, 65535, V6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0)),
	  TO(6, UDP, 53, V6(0x2001, 0xdb9, 0, 0, 0, 0, 0, 0)), false,
	  "after a /32" },
	{ NET(6, 64, 0, 0, 65535, V6(0x2001, 0xdb8, 0, 1, 0, 0, 0, 0)),
	  TO(6, UDP, 53,
	     V6(0x2001, 0xdb8, 0, 1, 0xffff, 0xffff, 0xffff, 0xffff)),
	  true, "the last of a /64" },
	{ NET(6, 64, 0, 0, 65535, V6(0x2001, 0xdb8, 0, 1, 0, 0, 0, 0)),
	  TO(6, UDP, 53, V6(0x2001, 0xdb8, 0, 2, 0, 0, 0, 0)), false,
	  "after a /64" },
	{ NET(6, 65, 0, 0, 65535, V6(0x2001, 0xdb8, 0, 1, 0x8000, 0, 0, 0)),
	  TO(6, UDP, 53, V6(0x2001, 0xdb8, 0, 1, 0x8000, 0, 0, 1)), true,
	  "the upper half of a /64" },
	{ NET(6, 65, 0, 0, 65535, V6(0x2001, 0xdb8, 0, 1, 0x8000, 0, 0, 0)),
	  TO(6, UDP, 53, V6(0x2001, 0xdb8, 0, 1, 0x7fff, 0, 0, 1)), false,
	  "the lower half" },
	{ NET(6, 127, 0, 0, 65535, V6(0xfe80, 0, 0, 0, 0, 0, 0, 2)),
	  TO(6, UDP, 53, V6(0xfe80, 0, 0, 0, 0, 0, 0, 3)), true,
	  "the other of two" },
	{ NET(6, 127, 0, 0, 65535, V6(0xfe80, 0, 0, 0, 0, 0, 0, 2)),
	  TO(6, UDP, 53, V6(0xfe80, 0, 0, 0, 0, 0, 0, 4)), false,
	  "the third of two" },
	{ NET(6, 128, 0, 0, 65535, V6(0, 0, 0, 0, 0, 0, 0, 1)),
	  TO(6, TCP, 1, V6(0, 0, 0, 0, 0, 0, 0, 1)), true, "::1" },
	{ NET(6, 128, 0, 0, 65535, V6(0, 0, 0, 0, 0, 0, 0, 1)),
	  TO(6, TCP, 1, V6(0, 0, 0, 0, 0, 0, 0, 0)), false, ":: is not ::1" },
	{ NET(6, 128, 0, 0, 65535, V6(1, 0, 0, 0, 0, 0, 0, 1)),
	  TO(6, TCP, 1, V6(0, 0, 0, 0, 0, 0, 0, 1)), false,
	  "the first half differs" },
	{ NET(6, 0, 0, 0, 65535, { 0 }),
	  TO(6, TCP, 1, V6(0xffff, 0, 0, 0, 0, 0, 0, 0)), true, "all of IPv6" },
	{ NET(6, 0, 0, 0, 65535, { 0 }), TO(4, TCP, 1, { 10 }), false,
	  "all of IPv6 has no IPv4" },
	/* either family */
	{ NET(0, 0, 0, 0, 65535, { 0 }), TO(4, TCP, 1, { 10, 1, 1, 1 }), true,
	  "any address: IPv4" },
	{ NET(0, 0, 0, 0, 65535, { 0 }),
	  TO(6, TCP, 1, V6(1, 2, 3, 4, 5, 6, 7, 8)), true,
	  "any address: IPv6" },
	{ NET(0, 0, TCP, 443, 443, { 0 }), TO(4, TCP, 443, { 10, 1, 1, 1 }),
	  true, "https anywhere" },
	{ NET(0, 0, TCP, 443, 443, { 0 }),
	  TO(6, UDP, 443, V6(1, 2, 3, 4, 5, 6, 7, 8)), false,
	  "QUIC is not TCP" },
	{ NET(0, 0, 0, 0, 65535, { 0 }), ON(LOCAL, 0, "/run/x"), false,
	  "a local socket is no network" },
	{ NET(0, 0, 0, 0, 65535, { 0 }), ON(OTHER, VSOCK, NULL), false,
	  "another family is no network" },
	{ NET(0, 0, 0, 0, 65535, { 0 }), ON(NONE, 0, NULL), false,
	  "an access without a sink" },
	/* protocols and ports */
	{ NET(4, 8, TCP, 0, 65535, { 10 }), TO(4, TCP, 9, { 10 }), true,
	  "TCP" },
	{ NET(4, 8, TCP, 0, 65535, { 10 }), TO(4, UDP, 9, { 10 }), false,
	  "UDP is not TCP" },
	{ NET(4, 8, TCP, 0, 65535, { 10 }), TO(4, 0, 9, { 10 }), false,
	  "a protocol that is not known is not TCP" },
	{ NET(4, 8, 0, 0, 65535, { 10 }), TO(4, 0, 0, { 10 }), true,
	  "any protocol is the one not known, too" },
	{ NET(4, 8, 0, 0, 65535, { 10 }), TO(4, 132, 9, { 10 }), true,
	  "SCTP is a protocol" },
	{ NET(4, 8, TCP, 443, 443, { 10 }), TO(4, TCP, 443, { 10 }), true,
	  "the port" },
	{ NET(4, 8, TCP, 443, 443, { 10 }), TO(4, TCP, 442, { 10 }), false,
	  "one less" },
	{ NET(4, 8, TCP, 443, 443, { 10 }), TO(4, TCP, 444, { 10 }), false,
	  "one more" },
	{ NET(4, 8, TCP, 443, 443, { 10 }), TO(4, TCP, 0xbb01, { 10 }), false,
	  "the port in the other byte order" },
	{ NET(4, 8, TCP, 100, 200, { 10 }), TO(4, TCP, 100, { 10 }), true,
	  "a range's first" },
	{ NET(4, 8, TCP, 100, 200, { 10 }), TO(4, TCP, 200, { 10 }), true,
	  "a range's last" },
	{ NET(4, 8, TCP, 100, 200, { 10 }), TO(4, TCP, 99, { 10 }), false,
	  "before a range" },
	{ NET(4, 8, TCP, 100, 200, { 10 }), TO(4, TCP, 201, { 10 }), false,
	  "after a range" },
	{ NET(4, 8, TCP, 0, 0, { 10 }), TO(4, TCP, 0, { 10 }), true,
	  "port 0 alone" },
	{ NET(4, 8, TCP, 0, 0, { 10 }), TO(4, TCP, 1, { 10 }), false,
	  "port 1 is not 0" },
	{ NET(4, 8, TCP, 65535, 65535, { 10 }), TO(4, TCP, 65535, { 10 }), true,
	  "the last port" },
	{ NET(4, 8, TCP, 1, 65535, { 10 }), TO(4, TCP, 0, { 10 }), false,
	  "all ports but 0" },
	/* media */
	{ MEDIA(0, 0, 0, NULL), STICK(1, 2, "A1"), true, "any stick" },
	{ MEDIA(0, 0, 0, NULL), STICK(0, 0, NULL), true,
	  "any stick: of which nothing is known" },
	{ MEDIA(0, 0, 0, NULL), ON(FILESYSTEM, 0, "vfat"), false,
	  "a filesystem is no stick" },
	{ MEDIA(VENDOR, 0x951, 0, NULL), STICK(0x951, 2, "A1"), true,
	  "a vendor" },
	{ MEDIA(VENDOR, 0x951, 0, NULL), STICK(0x952, 2, "A1"), false,
	  "another vendor" },
	{ MEDIA(VENDOR, 0, 0, NULL), STICK(0, 2, "A1"), true,
	  "a vendor that is 0" },
	{ MEDIA(VENDOR, 0, 0, NULL), STICK(1, 2, "A1"), false,
	  "and one that is not" },
	{ MEDIA(PRODUCT, 0, 7, NULL), STICK(1, 7, "A1"), true, "a product" },
	{ MEDIA(PRODUCT, 0, 7, NULL), STICK(7, 1, "A1"), false,
	  "vendor and product swapped" },
	{ MEDIA(VENDOR | PRODUCT, 1, 7, NULL), STICK(1, 7, NULL), true,
	  "both" },
	{ MEDIA(VENDOR | PRODUCT, 1, 7, NULL), STICK(1, 8, NULL), false,
	  "one of both" },
	{ MEDIA(SERIAL, 0, 0, "A1"), STICK(1, 2, "A1"), true,
	  "a serial number" },
	{ MEDIA(SERIAL, 0, 0, "A1"), STICK(1, 2, "A12"), false,
	  "a longer one" },
	{ MEDIA(SERIAL, 0, 0, "A12"), STICK(1, 2, "A1"), false,
	  "a shorter one" },
	{ MEDIA(SERIAL, 0, 0, "A1"), STICK(1, 2, "a1"), false, "case counts" },
	{ MEDIA(SERIAL, 0, 0, "A1"), STICK(1, 2, NULL), false, "none" },
	{ MEDIA(SERIAL, 0, 0, NULL), STICK(1, 2, ""), true,
	  "an empty one that has to be" },
	{ MEDIA(SERIAL, 0, 0, NULL), STICK(1, 2, "A1"), false, "and is not" },
	{ MEDIA(VENDOR | PRODUCT | SERIAL, 1, 2, "A1"), STICK(1, 2, "A1"), true,
	  "all three" },
	{ MEDIA(VENDOR | PRODUCT | SERIAL, 1, 2, "A1"), STICK(1, 3, "A1"),
	  false, "but one" },
	/* filesystems, local sockets, other families */
	{ SINK(FILESYSTEM, 0, "vfat"), ON(FILESYSTEM, 0, "vfat"), true,
	  "a type" },
	{ SINK(FILESYSTEM, 0, "vfat"), ON(FILESYSTEM, 0, "fat"), false,
	  "another type" },
	{ SINK(FILESYSTEM, 0, "nfs"), ON(FILESYSTEM, 0, "nfs4"), false,
	  "nfs is not nfs4" },
	{ SINK(FILESYSTEM, 0, NULL), ON(FILESYSTEM, 0, "vfat"), true,
	  "any type" },
	{ SINK(FILESYSTEM, 0, NULL), ON(FILESYSTEM, 0, NULL), true,
	  "any type, not known" },
	{ SINK(FILESYSTEM, 0, "vfat"), ON(FILESYSTEM, 0, NULL), false,
	  "a type, not known" },
	{ SINK(FILESYSTEM, 0, "vfat"), ON(LOCAL, 0, "vfat"), false,
	  "a socket of that name" },
	{ SINK(LOCAL, 0, "/run/x"), ON(LOCAL, 0, "/run/x"), true, "a path" },
	{ SINK(LOCAL, 0, "/run/x"), ON(LOCAL, 0, "/run/x/y"), false,
	  "a path below it" },
	{ SINK(LOCAL, 0, "/run/x"), ON(LOCAL, 0, "/run/"), false,
	  "a path above it" },
	{ SINK(LOCAL, 0, "/run/x"), ON(LOCAL, 0, ""), false,
	  "a socket without a path" },
	{ SINK(LOCAL, 0, NULL), ON(LOCAL, 0, ""), true,
	  "any socket, without a path" },
	{ SINK(LOCAL, 0, NULL), ON(OTHER, UNIX, NULL), false,
	  "any local socket is not AF_UNIX as OTHER" },
	{ SINK(LOCAL, 0, "/run/\xc3\xa9"), ON(LOCAL, 0, "/run/\xc3\xa9"), true,
	  "UTF-8" },
	{ SINK(OTHER, VSOCK, NULL), ON(OTHER, VSOCK, NULL), true, "vsock" },
	{ SINK(OTHER, VSOCK, NULL), ON(OTHER, 17, NULL), false,
	  "packet is not vsock" },
	{ SINK(OTHER, 0, NULL), ON(OTHER, 17, NULL), true, "any other family" },
	{ SINK(OTHER, 0, NULL), TO(4, TCP, 1, { 10 }), false, "is not IPv4" },
};

#define DEEP \
	"/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e/f/g/h"

static const struct {
	u8 kind;
	u32 subject; /* uid, or group: 0 has programs 1 and 3, 1 has none */
	const char *path;
	u32 uid;
	u8 program; /* 0: not known */
	const char *cgroup;
	bool matches;
	const char *why;
} subjects[] = {
	{ SHINRAI_SUBJECT_ANY, 0, NULL, 1000, 1, "/a", true, "anybody" },
	{ SHINRAI_SUBJECT_ANY, 0, NULL, U32_MAX, 0, NULL, true,
	  "anybody, of whom nothing is known" },
	{ SHINRAI_SUBJECT_USER, 1000, NULL, 1000, 1, "/a", true, "a user" },
	{ SHINRAI_SUBJECT_USER, 1000, NULL, 1001, 1, "/a", false, "another" },
	{ SHINRAI_SUBJECT_USER, 0, NULL, 0, 1, "/a", true, "root" },
	{ SHINRAI_SUBJECT_USER, 0, NULL, 1000, 1, "/a", false,
	  "is not everybody" },
	{ SHINRAI_SUBJECT_USER, 1000, NULL, 0, 1, "/a", false,
	  "root is not a user's" },
	{ SHINRAI_SUBJECT_USER, U32_MAX, NULL, U32_MAX, 1, "/a", true,
	  "the largest uid" },
	{ SHINRAI_SUBJECT_PROGRAM, 0, NULL, 0, 1, "/a", true,
	  "the first of a group" },
	{ SHINRAI_SUBJECT_PROGRAM, 0, NULL, 0, 3, "/a", true, "its last" },
	{ SHINRAI_SUBJECT_PROGRAM, 0, NULL, 0, 2, "/a", false, "one between" },
	{ SHINRAI_SUBJECT_PROGRAM, 0, NULL, 0, 4, "/a", false, "one after" },
	{ SHINRAI_SUBJECT_PROGRAM, 0, NULL, 0, 0, "/a", false,
	  "an unknown program" },
	{ SHINRAI_SUBJECT_PROGRAM, 1, NULL, 0, 1, "/a", false,
	  "a group of none" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a", 0, 1, "/a", true, "a cgroup" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a", 0, 1, "/a/b", true, "below it" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a", 0, 1, "/a/b/c/d/e", true,
	  "far below it" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a", 0, 1, "/ab", false,
	  "one that begins like it" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a", 0, 1, "/", false, "above it" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b", 0, 1, "/a", false, "its parent" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b", 0, 1, "/a/c", false,
	  "its sibling" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b", 0, 1, "/b/a/b", false,
	  "elsewhere" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b", 0, 1, "/a/b", true, "two parts" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b", 0, 1, "/a/bb", false,
	  "two parts and a letter" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/", 0, 1, "/", true, "the root" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/", 0, 1, "/a/b", true,
	  "all below the root" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/", 0, 1, NULL, false,
	  "an unknown cgroup" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/", 0, 1, "", false, "none at all" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n", 0, 1, DEEP,
	  true, "14 of 34 levels" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o", 0, 1,
	  DEEP, true, "15" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", 0, 1,
	  DEEP, true, "16" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", 0, 1,
	  DEEP, true, "17" },
	{ SHINRAI_SUBJECT_CGROUP, 0,
	  "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e", 0,
	  1, DEEP, true, "31" },
	{ SHINRAI_SUBJECT_CGROUP, 0,
	  "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e/f", 0,
	  1, DEEP, true, "32" },
	{ SHINRAI_SUBJECT_CGROUP, 0,
	  "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e/f/g",
	  0, 1, DEEP, true, "33" },
	{ SHINRAI_SUBJECT_CGROUP, 0,
	  "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/a/b/c/d/e/f/g/h",
	  0, 1, DEEP, true, "all of them" },
	{ SHINRAI_SUBJECT_CGROUP, 0, DEEP "/i", 0, 1, DEEP, false, "one more" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/z", 0, 1,
	  DEEP, false, "a 15th that is not there" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/user.slice/user-1000.slice", 0, 1,
	  "/user.slice/user-1000.slice/session-2.scope", true, "a session" },
	{ SHINRAI_SUBJECT_CGROUP, 0, "/user.slice/user-1000.slice", 0, 1,
	  "/user.slice/user-10000.slice", false, "another user's" },
};

static struct golden g;

/* Allowed by the rule where all is denied, and the other way round. */
static void expect(struct kunit *test, const struct shinrai_access *a,
		   bool matches, const char *why)
{
	struct shinrai_answer out;
	u32 verdict;

	for (verdict = ALLOW; verdict <= DENY; verdict += DENY - ALLOW) {
		g.rule[0].verdict = (u8)verdict;
		memset(g.label[0].otherwise + 1, (int)(ALLOW + DENY - verdict),
		       SHINRAI_ACTIONS - 1);
		KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
		shinrai_policy_judge(&g.p, 1, a, NULL, false, &out);
		KUNIT_EXPECT_EQ_MSG(test, out.verdict == verdict, matches, "%s",
				    why);
		KUNIT_EXPECT_EQ_MSG(test, out.rule == 0, matches, "%s", why);
		KUNIT_EXPECT_EQ_MSG(test,
				    shinrai_policy_matches(&g.p, 0, 0, a, NULL),
				    matches, "%s", why);
	}
}

static void sinks_test(struct kunit *test)
{
	struct shinrai_access a;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sinks); i++) {
		golden_init(&g);
		golden_label(&g, DENY);
		golden_rule(&g, ALLOW, 0)->sink = 0;
		g.sink[0] = sinks[i].sink;
		g.sink[0].text = golden_text(&g, sinks[i].text);
		g.t.sinks = 1;
		a = sinks[i].access;
		a.action = SEND;
		a.text = sinks[i].have;
		a.text_len = a.text ? (u32)strlen(a.text) : 0;
		expect(test, &a, sinks[i].matches, sinks[i].why);
	}
}

static void subjects_test(struct kunit *test)
{
	struct shinrai_access a = { .action = SEND };
	struct shinrai_policy_rule *r;
	u8 program[SHINRAI_DIGEST_SIZE];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(subjects); i++) {
		golden_init(&g);
		golden_label(&g, DENY);
		g.t.groups = 2;
		g.t.digests = 2;
		g.group[0].count = 2;
		g.group[1].first = 2;
		memset(g.digest[0], 1, SHINRAI_DIGEST_SIZE);
		memset(g.digest[1], 3, SHINRAI_DIGEST_SIZE);
		r = golden_rule(&g, ALLOW, 0);
		r->subject_kind = subjects[i].kind;
		r->subject = subjects[i].subject;
		if (subjects[i].path)
			r->subject = golden_text(&g, subjects[i].path);
		memset(program, subjects[i].program, sizeof(program));
		a.program = subjects[i].program ? program : NULL;
		a.uid = subjects[i].uid;
		a.cgroup = subjects[i].cgroup;
		a.cgroup_len = a.cgroup ? (u32)strlen(a.cgroup) : 0;
		expect(test, &a, subjects[i].matches, subjects[i].why);
	}
}

static struct kunit_case cases[] = { KUNIT_CASE(sinks_test),
				     KUNIT_CASE(subjects_test),
				     {} };

static struct kunit_suite suite = {
	.name = "shinrai_decide_match",
	.test_cases = cases,
};

kunit_test_suite(suite);
