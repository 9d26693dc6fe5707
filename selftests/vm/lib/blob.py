# SPDX-License-Identifier: MIT
"""Admissions and policies, signed by openssl, for the tests of the module.

Written after include/uapi/shinrai.h and include/shinrai/policy.h, apart from the
compiler.  Keys are those of selftests/vm/mkkeys.
"""
import array
import fcntl
import hashlib
import os
import struct
import subprocess

from shinrai import ioc

KEYS = "/vm/keys/"
ADMIT, REVOKE = 1, 2
ADMISSION, POLICY = 1, 2
READ, WRITE, SEND, EXPORT, DERIVE, DELETE, TRACE = range(1, 8)
ALLOW, AUDIT, DENY = 1, 2, 3
ANY_LABEL, NONE = 0xFF, 0xFFFFFFFF
INET = 1
M64 = (1 << 64) - 1


def read(path):
    with open(path, "rb") as f:
        return f.read()


def openssl(*args, data=b""):
    return subprocess.run(["openssl"] + list(args), input=data, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def owner_of(name, known={}):
    """SHA-256 of the RSAPublicKey, which is the BIT STRING's content."""
    if name not in known:
        known[name] = hashlib.sha256(public_key(name)).digest()
    return known[name]


def public_key(name):
    return openssl("rsa", "-in", KEYS + name + ".key", "-RSAPublicKey_out",
                   "-outform", "DER")


def sign(name, data, *options):
    return openssl("cms", "-sign", "-binary", "-outform", "DER", "-signer",
                   KEYS + name + ".pem", "-inkey", KEYS + name + ".key",
                   *(options or ("-md", "sha256", "-noattr", "-nocerts")),
                   data=data)


def admission(name, namespace, generation, operation=ADMIT, owner=None,
              cert=None):
    """One that is right unless the caller says otherwise."""
    if owner is None:
        owner = owner_of(name)
    if cert is None:
        cert = read(KEYS + name + ".der") if operation == ADMIT else b""
    return struct.pack("<8sIIQ64s32sII", b"SHNROWN\0", 1, operation,
                       generation, namespace.encode(), owner, len(cert),
                       0) + cert


def mix(h, word):
    h = (h ^ word) * 0x9E3779B97F4A7C15 & M64
    return h ^ h >> 32


class Rule:
    """Any subject, or one user; anywhere, or an IPv4 prefix with a port."""

    def __init__(self, verdict, action, label=ANY_LABEL, uid=None, net=None,
                 port=None, proto=0, line=1):
        self.verdict, self.action, self.label = verdict, action, label
        self.uid, self.net, self.port, self.proto = uid, net, port, proto
        self.line = line

    def shape(self):
        inet = self.net is not None
        return (INET if inet else 0, 4 if inet else 0,
                self.net[1] if inet else 0,
                ((16 if self.proto else 0) | (32 if self.port else 0))
                if inet else 0, 2 if self.uid is not None else 0,
                int(self.label == ANY_LABEL))

    def hash(self, seed):
        h, word = seed, 0
        if self.net is not None:
            addr = int.from_bytes(self.net[0], "big") << 32
            if self.net[1]:
                h = mix(h, addr & (M64 << (64 - self.net[1])) & M64)
            word = self.proto | (self.port or 0) << 8
        h = mix(mix(h, word), self.uid or 0)
        return mix(h, self.action | self.label << 8) & 0xFFFFFFFF

    def sink(self):
        return struct.pack("<BBBBHHHHB3s16sII", INET, 4, self.net[1],
                           self.proto, self.port or 0, self.port or 65535, 0,
                           0, 0, b"", self.net[0], 0, 0)


def index(rules, seed):
    """(shapes, entries, buckets), packed"""
    shapes, entries, buckets = [], [], []
    for shape in sorted({r.shape() for r in rules}):
        mine = [(r.hash(seed), n) for n, r in enumerate(rules)
                if r.shape() == shape]
        mask = 1
        while mask < len(mine):
            mask = mask * 2 + 1
        sink, family, prefix, exact, subject, label_any = shape
        actions = 0
        for _, n in mine:
            actions |= 1 << rules[n].action
        shapes.append(struct.pack("<BBBBBBHII", label_any, subject, sink,
                                  family, prefix, exact, actions,
                                  len(buckets), mask))
        of = [[] for _ in range(mask + 1)]
        for e in sorted(mine):
            of[e[0] & mask].append(e)
        for bucket in of:
            buckets.append(len(entries))
            entries += bucket
        buckets.append(len(entries))
    return (shapes, [struct.pack("<II", *e) for e in entries],
            [struct.pack("<I", b) for b in buckets])


def policy(name, namespace, generation, rules=(), labels=1, owner=None,
           otherwise=ALLOW, seed=1, version=1, flags=0):
    """A policy that has labels l0, l1...; UUIDs are 16 times their number."""
    if owner is None:
        owner = owner_of(name)
    strings = b"\0"
    tables = [[] for _ in range(11)]
    for n in range(labels):
        tables[0].append(struct.pack("<16sII8s", bytes([n + 1] * 16),
                                     len(strings), n + 1,
                                     b"\0" + (otherwise
                                               if isinstance(otherwise, bytes)
                                               else bytes([otherwise] * 7))))
        strings += b"l%d\0" % n
    for r in rules:
        sink = NONE
        if r.net is not None:
            sink = len(tables[4])
            tables[4].append(r.sink())
        tables[7].append(struct.pack(
            "<BBBBIIIII", r.verdict, r.action,
            2 if r.uid is not None else 0, r.label, r.uid or 0, sink, NONE, 0,
            r.line))
    tables[8:11] = index(list(rules), seed)
    body = b"".join(b"".join(t) for t in tables) + strings
    head = struct.pack("<8sIIQ32s32s64sII12I", b"SHNRPOL\0", version,
                       208 + len(body), generation, owner,
                       hashlib.sha256(b"").digest(), namespace.encode(), seed,
                       flags, *[len(t) for t in tables], len(strings))
    return head + body


IOC_LOAD, IOC_OWNERS, IOC_POLICY = ioc(1, 6, 32), ioc(3, 7, 16), ioc(3, 8, 48)


def address(data):
    """(something that keeps it, where it is)"""
    a = array.array("B", data or b"\0")
    return a, a.buffer_info()[0]


class Loader:
    def __init__(self, flags=os.O_RDWR):
        self.fd = os.open("/dev/shinrai", flags | os.O_CLOEXEC)

    def load(self, kind, data, sig, flags=0):
        keep = address(data), address(sig)
        fcntl.ioctl(self.fd, IOC_LOAD, struct.pack(
            "=QQIIII", keep[0][1], keep[1][1], len(data), len(sig), kind,
            flags))

    def admit(self, name, namespace, generation):
        data = admission(name, namespace, generation)
        self.load(ADMISSION, data, sign("admin", data))
        return data

    def revoke(self, name, namespace, generation):
        data = admission(name, namespace, generation, REVOKE)
        self.load(ADMISSION, data, sign("admin", data))
        return data

    def policy(self, name, blob):
        self.load(POLICY, blob, sign(name, blob))

    def owners(self, room=64, flags=0):
        """(how many there are, those that there was room for)"""
        keep, at = address(bytes(160 * room))
        req = bytearray(struct.pack("=QII", at, room, flags))
        fcntl.ioctl(self.fd, IOC_OWNERS, req)
        count = struct.unpack_from("=I", req, 8)[0]
        raw, out = keep.tobytes(), []
        names = ("name", "owner", "policy", "admitted", "generation", "rules",
                 "labels", "flags", "reserved")
        for n in range(min(count, room)):
            o = dict(zip(names, struct.unpack_from("=64s32s32sQQIIII", raw,
                                                   160 * n)))
            o["name"] = o["name"].rstrip(b"\0").decode()
            out.append(o)
        return count, out

    def get(self, owner, room=1 << 24, flags=0):
        """(size, the blob when there was room for it)"""
        keep, at = address(bytes(room))
        req = bytearray(struct.pack("=32sQII", owner, at, room, flags))
        fcntl.ioctl(self.fd, IOC_POLICY, req)
        size = struct.unpack_from("=I", req, 40)[0]
        return size, keep.tobytes()[:size] if size <= room else None
