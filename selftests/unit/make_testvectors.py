#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes userspace/testvectors.json from PROTOCOL.md, with hashlib alone.

usage: make_testvectors.py > userspace/testvectors.json
"""
import hashlib
import json
import struct

ALGS = {"sha1": 0x4, "sha256": 0xB, "sha384": 0xC, "sha512": 0xD}
CAPPED = {"sha512"}
CODE_PCR, FLOW_PCR = 12, 13
BOOT_ID = bytes(range(0x10, 0x20))


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def tlv(t, value):
    return struct.pack(">BI", t, len(value)) + value


def salt(n):
    """Fixed here; fresh random everywhere else."""
    return sha(b"salt", bytes([n]))[:16]


def field(f):
    fid, value = f["id"], bytes.fromhex(f["value"])
    if fid >= 0x80 and f.get("withheld"):
        return struct.pack(">BBH", fid, 1, 32) + commitment(f)
    if fid >= 0x80:
        value = bytes.fromhex(f["salt"]) + value
    return struct.pack(">BBH", fid, 0, len(value)) + value


def commitment(f):
    return sha(b"\x02", bytes([f["id"]]), bytes.fromhex(f["salt"]),
               bytes.fromhex(f["value"]))


def event_tlv(e):
    return tlv(2, struct.pack(">H", e["type"]) +
               b"".join(field(f) for f in e["fields"]))


def leaf(e):
    data = struct.pack(">H", e["type"])
    for f in e["fields"]:
        value = bytes.fromhex(f["value"])
        data += bytes([f["id"]])
        data += (commitment(f) if f["id"] >= 0x80 else
                 struct.pack(">H", len(value)) + value)
    return sha(b"\x00", data)


def merkle(leaves):
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\x01", merkle(leaves[:k]), merkle(leaves[k:]))


def path(leaves, m):
    if len(leaves) <= 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return path(leaves[:k], m) + [merkle(leaves[k:])]
    return path(leaves[k:], m - k) + [merkle(leaves[:k])]


def public(fid, value):
    return {"id": fid, "value": value.hex()}


def secret(fid, value, n):
    return {"id": fid, "value": value.hex(), "salt": salt(n).hex()}


def pcr_list(values):
    out = struct.pack(">H", len(values))
    for alg, pcr, value in sorted(values):
        out += struct.pack(">HBB", alg, pcr, len(value)) + value
    return out


def record(name, rtype, recnum, pcr, time_ns, events):
    root = merkle([leaf(e) for e in events])
    header = tlv(1, struct.pack(">BBHI16sQQI32s", 1, rtype, 0, pcr, BOOT_ID,
                                recnum, time_ns, len(events), root))
    digests = {}
    for alg in ALGS:
        size = hashlib.new(alg).digest_size
        digests[alg] = (b"\xff" * size if alg in CAPPED else
                        hashlib.new(alg, header).digest())
    for e in events:
        e["tlv"] = event_tlv(e).hex()
        e["leaf"] = leaf(e).hex()
    return {"name": name, "type": rtype, "record": recnum, "pcr": pcr,
            "time_ns": time_ns, "events": events, "root": root.hex(),
            "header_tlv": header.hex(),
            "digests": {a: d.hex() for a, d in digests.items()},
            "cel": cel(recnum, pcr, digests, header,
                       [event_tlv(e) for e in events]).hex()}


def cel(recnum, pcr, digests, header, events):
    return (tlv(0, struct.pack(">Q", recnum)) + tlv(1, bytes([pcr])) +
            tlv(3, b"".join(tlv(ALGS[a], d) for a, d in digests.items())) +
            tlv(0x53, header + b"".join(events)))


def redact(rec, withheld):
    events = []
    for e in rec["events"]:
        fields = [dict(f, withheld=f["id"] in withheld) for f in e["fields"]]
        events.append(event_tlv({"type": e["type"], "fields": fields}))
    digests = {a: bytes.fromhex(d) for a, d in rec["digests"].items()}
    return {"of": rec["name"], "withheld": withheld,
            "cel": cel(rec["record"], rec["pcr"], digests,
                       bytes.fromhex(rec["header_tlv"]), events).hex()}


def replay(records):
    values = {}
    for alg in ALGS:
        pcrs = {p: bytes(hashlib.new(alg).digest_size)
                for p in (CODE_PCR, FLOW_PCR)}
        for r in records:
            pcrs[r["pcr"]] = hashlib.new(
                alg, pcrs[r["pcr"]] +
                bytes.fromhex(r["digests"][alg])).digest()
        values[alg] = {str(p): v.hex() for p, v in pcrs.items()}
    return values


def start_event():
    banks = b"".join(struct.pack(">HBB", n, hashlib.new(a).digest_size,
                                 a in CAPPED) for a, n in ALGS.items())
    zero = [(n, p, bytes(hashlib.new(a).digest_size))
            for a, n in ALGS.items() for p in (CODE_PCR, FLOW_PCR)]
    return {"type": 1, "fields": [
        public(0x10, struct.pack(">I", 1)),
        public(0x11, b"6.1.0-0-amd64 #1 SMP"),
        public(0x12, bytes(range(20))),
        public(0x13, banks),
        public(0x14, bytes([CODE_PCR, FLOW_PCR])),
        public(0x15, pcr_list(zero)),
        public(0x16, struct.pack(">Q", 1500000000)),
        public(0x17, struct.pack(">I", 1)),
        public(0x18, b""),
        public(0x19, b"pcr_code=12 pcr_flow=13")]}


def arm_event():
    return {"type": 2, "fields": [
        public(0x20, b"\x04code" + sha(b"program")),
        public(0x21, struct.pack(">I", 9)),
        public(0x22, b""),
        public(0x23, struct.pack(">I", 1)),
        public(0x24, b"\x00"),
        public(0x25, b"\x00")]}


def code_event(etype, kind, content, name, n):
    return {"type": etype, "fields": [
        public(0x01, bytes([kind])),
        public(0x02, sha(content)),
        public(0x03, struct.pack(">Q", len(content))),
        public(0x04, struct.pack(">I", 0)),
        secret(0x80, name, n),
        secret(0x81, struct.pack(">II", 0, 0xFFFFFFFF), n + 1)]}


OWNER = sha(b"the bits of a public key")
UUID = bytes(range(0xA0, 0xB0))
ADMITTED = 1


def admission():
    """struct shinrai_admission, little-endian, and a certificate"""
    cert = b"\x30\x03\x02\x01\x07"
    return (b"SHNROWN\0" + struct.pack("<IIQ64s32sII", 1, ADMITTED, 5, b"acme",
                                       OWNER, len(cert), 0) + cert)


def sink(kind, family=0, proto=0, port=0, usb=(0, 0), addr=b"", text=b""):
    return (bytes([kind, family, proto, 0]) +
            struct.pack(">HHH", port, *usb) + addr.ljust(16, b"\0") + text)


SINKS = {
    "inet4": sink(1, 4, 6, 443, addr=bytes([192, 0, 2, 9])),
    "inet6": sink(1, 6, 17, 53, addr=b"\x20\x01\x0d\xb8" + bytes(11) + b"\1"),
    "media": sink(2, usb=(0x0951, 0x1666), text=b"60A44C413C"),
    "filesystem": sink(3, text=b"vfat"),
    "local": sink(4, text=b"/run/other.sock"),
    "other": sink(5, proto=40),
}


def owner_event():
    return {"type": 12, "fields": [
        public(0x02, sha(admission())),
        public(0x40, OWNER),
        public(0x41, struct.pack(">Q", 5)),
        public(0x42, b"acme"),
        public(0x43, bytes([ADMITTED])),
        secret(0x81, struct.pack(">II", 0, 1000), 38)]}


def policy_event():
    return {"type": 13, "fields": [
        public(0x02, sha(b"a compiled policy")),
        public(0x06, struct.pack(">Q", 12)),
        public(0x40, OWNER),
        public(0x41, struct.pack(">Q", 7)),
        public(0x42, b"acme"),
        secret(0x81, struct.pack(">II", 0, 1000), 39)]}


def label_event(reason, n):
    return {"type": 14, "fields": [
        public(0x05, struct.pack(">I", reason)),
        public(0x44, OWNER + UUID),
        secret(0x80, b"/srv/drawings/a", n),
        secret(0x81, struct.pack(">II", 0, 1000), n + 1)]}


def flow_event(action, verdict, refused, where, n):
    kind = SINKS[where][0]
    return {"type": 15, "fields": [
        public(0x06, struct.pack(">Q", 2)),
        public(0x40, OWNER),
        public(0x41, struct.pack(">Q", 7)),
        public(0x44, OWNER + UUID),
        public(0x45, bytes([action])),
        public(0x46, bytes([verdict])),
        public(0x47, struct.pack(">I", 12)),
        public(0x48, struct.pack(">Q", 4096)),
        public(0x49, struct.pack(">Q", 1700000000123456789)),
        public(0x4A, sha(b"program")),
        public(0x4B, bytes([kind])),
        public(0x4C, bytes([refused])),
        secret(0x81, struct.pack(">II", 1000, 1000), n),
        secret(0x82, b"/usr/bin/curl", n + 1),
        secret(0x83, struct.pack(">Q", 77), n + 2),
        secret(0x85, SINKS[where], n + 3)]}


def challenge(leaf_count, index):
    selection = struct.pack(">IHB3s", 1, ALGS["sha256"], 3, b"\x00\x30\x00")
    common = (lambda nonce, key, exporter: bytes([len(nonce)]) + nonce + key +
              struct.pack(">H", len(selection)) + selection + exporter)
    each = [common(bytes([i] * 20), sha(b"key", bytes([i])),
                   sha(b"exporter", bytes([i]))) for i in range(leaf_count)]
    leaves = [sha(b"\x00", b"shinrai-nonce-v1", c) for c in each]
    proof = path(leaves, index)
    root = merkle(leaves)
    item = (b"\x01" + each[index] + BOOT_ID +
            struct.pack(">QQB", index, leaf_count, len(proof)) +
            b"".join(proof))
    return {"item": item.hex(), "index": index, "size": leaf_count,
            "leaf": leaves[index].hex(), "root": root.hex(),
            "qualifying": sha(b"shinrai-quote-v1", root,
                              struct.pack(">Q", leaf_count),
                              BOOT_ID).hex()}


def main():
    records = [
        record("start", 1, 0, CODE_PCR, 1500000000, [start_event()]),
        record("arm", 2, 1, CODE_PCR, 1600000000,
               [arm_event(), code_event(4, 1, b"init", b"/sbin/init", 1),
                {"type": 11, "fields": [secret(0x84, b"virtio", 9)]}]),
        record("code", 3, 2, CODE_PCR, 1700000000,
               [code_event(3, 1, b"hello\n", b"/usr/bin/hello", 3)]),
        record("flow", 3, 3, FLOW_PCR, 1800000000,
               [{"type": 0x8001, "fields": []}]),
        record("owner", 3, 4, CODE_PCR, 1900000000, [owner_event()]),
        record("policy", 3, 5, CODE_PCR, 2000000000, [policy_event()]),
        record("flows", 3, 6, FLOW_PCR, 2100000000,
               [label_event(48, 20), flow_event(3, 1, 0, "inet6", 22),
                flow_event(4, 2, 0, "media", 26),
                flow_event(2, 1, 0, "filesystem", 30)]),
        record("violation", 3, 7, FLOW_PCR, 2200000000,
               [flow_event(3, 3, 1, "inet4", 34)]),
    ]
    headers = [bytes.fromhex(r["header_tlv"]) for r in records]
    print(json.dumps({
        "format": "shinrai-testvectors-v1",
        "content_type": 0x53,
        "boot_id": BOOT_ID.hex(),
        "banks": ALGS, "capped": sorted(CAPPED),
        "records": records,
        "redacted": [redact(records[2], [0x80]),
                     redact(records[1], [0x80, 0x81, 0x84]),
                     redact(records[6], [0x80, 0x81, 0x82, 0x83, 0x85])],
        "replay": replay(records),
        "log_root": merkle([sha(b"\x00", h) for h in headers]).hex(),
        "admission": {"bytes": admission().hex(),
                      "sha256": sha(admission()).hex()},
        "xattr": (b"\x01\x01\0\0" + OWNER + UUID).hex(),
        "sinks": {k: v.hex() for k, v in SINKS.items()},
        "challenges": [challenge(1, 0), challenge(7, 5), challenge(64, 63)],
    }, indent=1))


main()
