# SPDX-License-Identifier: MIT
"""Writes logs as PROTOCOL.md 2 says, on its own; python3 only."""
import hashlib
import struct

BOOT_ID = bytes(range(16))
BANKS = {0x0004: "sha1", 0x000B: "sha256", 0x000C: "sha384"}
salts = 0


def tlv(kind, value):
    return struct.pack(">BI", kind, len(value)) + value


def sha256(data):
    return hashlib.sha256(data).digest()


def salt():
    global salts
    salts += 1
    return sha256(b"salt %d" % salts)[:16]


def field(fid, value, salted=None):
    """(id, form, bytes on the wire, what the leaf hashes)"""
    if fid < 0x80:
        return fid, 0, value, bytes([fid]) + struct.pack(">H", len(value)) + value
    salted = salted or salt()
    commitment = sha256(bytes([2, fid]) + salted + value)
    return fid, 0, salted + value, bytes([fid]) + commitment


def withheld(fid, commitment):
    return fid, 1, commitment, bytes([fid]) + commitment


def withhold(f):
    """A field as it looks once its value is withheld."""
    return withheld(f[0], f[3][1:]) if f[0] >= 0x80 else f


class Event:
    def __init__(self, kind, *fields):
        self.kind = kind
        self.fields = list(fields)

    def wire(self):
        body = struct.pack(">H", self.kind)
        for fid, form, data, _ in self.fields:
            body += struct.pack(">BBH", fid, form, len(data)) + data
        return tlv(2, body)

    def leaf(self):
        body = b"\0" + struct.pack(">H", self.kind)
        return sha256(body + b"".join(f[3] for f in self.fields))


def tree(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:]))


def header(num, kind, events, pcr=12, boot_id=BOOT_ID, time=None, **change):
    root = change.get("root") or tree([e.leaf() for e in events])
    return tlv(1, struct.pack(
        ">BBHI16sQQI32s", change.get("version", 1), kind, 0, pcr, boot_id,
        change.get("hnum", num), 1500000000 + num if time is None else time,
        change.get("count", len(events)), root))


def record(num, kind, events, pcr=12, **change):
    head = header(num, kind, events, pcr=change.get("hpcr", pcr),
                  **{k: v for k, v in change.items()
                     if k not in ("digests", "content", "hpcr", "capped")})
    digests = b""
    for alg, name in BANKS.items():
        value = hashlib.new(name, head).digest()
        if alg in change.get("capped", ()):
            value = b"\xff" * len(value)
        digests += tlv(alg, change.get("digests", value))
    content = head + b"".join(e.wire() for e in events)
    return (tlv(0, struct.pack(">Q", num)) + tlv(1, bytes([pcr])) +
            tlv(3, digests) + tlv(change.get("content", 0x53), content))


def u32(v):
    return struct.pack(">I", v)


def u64(v):
    return struct.pack(">Q", v)


def code(path=b"/usr/bin/true", digest=None, kind=1, uid=0, login=0xffffffff):
    return Event(3, field(1, bytes([kind])),
                 field(2, digest or sha256(path)), field(3, u64(len(path))),
                 field(4, u32(0)), field(0x80, path),
                 field(0x81, u32(uid) + u32(login)),
                 field(0x82, b"/usr/bin/bash"), field(0x83, u64(77)))


def start():
    values = struct.pack(">H", 1) + struct.pack(">HBB", 0xB, 12, 32) + bytes(32)
    return Event(1, field(0x10, u32(1)), field(0x11, b"6.1.0 #1 SMP"),
                 field(0x12, b"\xab\xcd"),
                 field(0x13, b"\0\x0b\x20\0\0\x12\x20\1"),
                 field(0x14, bytes([12, 13])), field(0x15, values),
                 field(0x16, u64(5)), field(0x17, u32(0)),
                 field(0x18, sha256(b"anchor")), field(0x19, b"mode=observe"))


def arm(running=1):
    return Event(2, field(0x20, b"\4code" + sha256(b"code")),
                 field(0x21, u32(9)), field(0x22, b""),
                 field(0x23, u32(running)), field(0x24, b"\0"),
                 field(0x25, b"\1"), field(0x26, u32(100) + u32(256)))


def running():
    e = code(b"/sbin/init", kind=3)
    e.kind = 4
    return e


def log(paths=(b"/usr/bin/true", b"/usr/bin/env")):
    out = [record(0, 1, [start()]), record(1, 2, [arm(), running()])]
    for path in paths:
        out.append(record(len(out), 3, [code(path)]))
    return out
