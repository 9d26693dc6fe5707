#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Evidence that is dear to judge: a log of a million records of 22 bytes, values of PCRs
that do not lead to the quote, and a list of IMA, which might.

usage: dear.py LOG OUT MIB dear|cheap

Begins as LOG, a log of ours, does.  "cheap": without a quote, nothing is searched for.
"""
import hashlib
import os
import struct
import sys

TYPE = "application/vnd.shinrai."


def tlv(kind, value):
    return bytes([kind]) + struct.pack(">I", len(value)) + value


def sized(value):
    return struct.pack(">H", len(value)) + value


def first_record(log):
    at = 0
    for _ in range(4):
        at += 5 + struct.unpack(">I", log[at + 1:at + 5])[0]
    return log[:at]


def records(log, size):
    out = [first_record(log)]
    rest = tlv(1, b"\x0c") + tlv(3, b"") + tlv(0x53, b"")
    count = (size - len(out[0])) // (len(rest) + 6)
    out += [tlv(0, bytes([n & 255])) + rest for n in range(1, count + 1)]
    return b"".join(out)


def attest():
    pcrs = struct.pack(">IHB", 1, 0x000b, 3) + b"\xff\xff\xff"
    return (struct.pack(">IH", 0xff544347, 0x8018) +
            sized(b"\0\x0b" + bytes(32)) + sized(os.urandom(32)) +
            struct.pack(">QIIBQ", 1000, 1, 1, 1, 1) + pcrs +
            sized(os.urandom(32)))


def key():
    """The base point of P-256: FIPS 186-4, D.1.2.3."""
    x = ("6b17d1f2e12c4247f8bce6e563a440f2"
         "77037d812deb33a0f4a13945d898c296")
    y = ("4fe342e2fe1a7f9b8ee7eb4a7c0f9e16"
         "2bce33576b315ececbb6406837bf51f5")
    return (struct.pack(">HHI", 0x23, 0x0b, 0x00050072) + sized(b"") +
            struct.pack(">HHHHH", 0x10, 0x18, 0x0b, 3, 0x10) +
            sized(bytes.fromhex(x)) + sized(bytes.fromhex(y)))


def ima_entry(n):
    fields = (b"sha256:\0" + os.urandom(32), b"/f%d\0" % n)
    data = b"".join(struct.pack("<I", len(f)) + f for f in fields)
    return (struct.pack("<I", 10) + hashlib.sha1(data).digest() +
            struct.pack("<I", 6) + b"ima-ng" + struct.pack("<I", len(data)) +
            data)


def head(major, n):
    """RFC 8949, 3."""
    for code, form, top in ((None, "", 24), (24, ">B", 1 << 8),
                            (25, ">H", 1 << 16), (26, ">I", 1 << 32)):
        if n < top:
            break
    if code is None:
        return bytes([major << 5 | n])
    return bytes([major << 5 | code]) + struct.pack(form, n)


def text(s):
    return head(3, len(s)) + s.encode()


def main():
    with open(sys.argv[1], "rb") as f:
        log = records(f.read(), int(sys.argv[3]) << 20)
    cheap = sys.argv[4] == "cheap"
    items = {
        "attest": ("tpms-attest", b"none" if cheap else attest()),
        "signature": ("tpmt-signature", struct.pack(">HH", 0x18, 0x0b) +
                      sized(os.urandom(32)) + sized(os.urandom(32))),
        "ak": ("tpmt-public", key()),
        "pcrs": ("pcrs", struct.pack(">H", 24) + b"".join(
            struct.pack(">HBB", 0x0b, n, 32) + os.urandom(32)
            for n in range(24))),
        "log": ("cel-tlv", log),
        "ima": ("ima-binary", b"".join(map(ima_entry, range(20)))),
    }
    with open(sys.argv[2], "wb") as f:
        f.write(head(5, len(items) + 1) + text("__cmwc_t") +
                text("tag:shinrai,2026:evidence-v1"))
        for name, (kind, value) in items.items():
            f.write(text(name) + head(4, 2) + text(TYPE + kind) +
                    head(2, len(value)) + value)


main()
