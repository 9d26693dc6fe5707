# SPDX-License-Identifier: MIT
"""Reads evidence without our library: CBOR, challenge, quote, log."""
import base64
import hashlib
import struct
import subprocess
import sys
import tempfile


def cbor(b, at=0):
    """One CBOR item of those that evidence holds, and what follows it."""
    major, info = b[at] >> 5, b[at] & 31
    at += 1
    if info < 24:
        n = info
    else:
        size = {24: 1, 25: 2, 26: 4, 27: 8}[info]
        n = int.from_bytes(b[at:at + size], "big")
        at += size
    if major == 2:
        assert at + n <= len(b)
        return b[at:at + n], at + n
    if major == 3:
        assert at + n <= len(b)
        return b[at:at + n].decode(), at + n
    if major == 4:
        out = []
        for _ in range(n):
            v, at = cbor(b, at)
            out.append(v)
        return out, at
    assert major == 5
    out = {}
    for _ in range(n):
        k, at = cbor(b, at)
        assert k not in out
        out[k], at = cbor(b, at)
    return out, at


class Reader:
    def __init__(self, b):
        self.b, self.at = b, 0

    def take(self, n):
        assert self.at + n <= len(self.b)
        self.at += n
        return self.b[self.at - n:self.at]

    def uint(self, n):
        return int.from_bytes(self.take(n), "big")

    def end(self):
        assert self.at == len(self.b)


def load(path="body", kind="evidence"):
    b = open(path, "rb").read()
    d, end = cbor(b)
    assert end == len(b)
    assert d.pop("__cmwc_t") == "tag:shinrai,2026:%s-v1" % kind
    return {k: v[1] for k, v in d.items()}


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def challenge(b):
    r, c = Reader(b), {}
    assert r.uint(1) == 1
    c["nonce"] = r.take(r.uint(1))
    c["key"] = r.take(32)
    c["selection"] = r.take(r.uint(2))
    c["exporter"] = r.take(32)
    c["boot"] = r.take(16)
    c["index"], c["size"] = r.uint(8), r.uint(8)
    c["path"] = [r.take(32) for _ in range(r.uint(1))]
    r.end()
    return c


def qualifying(c):
    """RFC 9162 2.1.3.2, then PROTOCOL.md 3.2."""
    leaf = (b"shinrai-nonce-v1" + bytes([len(c["nonce"])]) + c["nonce"] +
            c["key"] + struct.pack(">H", len(c["selection"])) +
            c["selection"] + c["exporter"])
    h = sha(b"\0", leaf)
    fn, sn = c["index"], c["size"] - 1
    assert fn <= sn
    for p in c["path"]:
        assert sn
        if fn & 1 or fn == sn:
            h = sha(b"\1", p, h)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            h = sha(b"\1", h, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return sha(b"shinrai-quote-v1", h, struct.pack(">Q", c["size"]), c["boot"])


def records(b):
    out, r = [], Reader(b)
    while r.at < len(b):
        assert r.uint(1) == 0
        number = int.from_bytes(r.take(r.uint(4)), "big")
        assert r.uint(1) == 1
        pcr = int.from_bytes(r.take(r.uint(4)), "big")
        assert r.uint(1) == 3
        d, digests = Reader(r.take(r.uint(4))), {}
        while d.at < len(d.b):
            alg = d.uint(1)
            digests[alg] = d.take(d.uint(4))
        assert r.uint(1) == 0x53
        content = r.take(r.uint(4))
        assert digests[11] == sha(content[:81])
        out.append((number, pcr, digests))
    return out


def pcr_list(b):
    r, out = Reader(b), {}
    for _ in range(r.uint(2)):
        alg, pcr = r.uint(2), r.uint(1)
        out[alg, pcr] = r.take(r.uint(1))
    r.end()
    assert list(out) == sorted(out)
    return out


def check_quote(ev):
    """tpm2_checkquote judges signature and extraData."""
    with tempfile.TemporaryDirectory() as d:
        def put(name, data):
            open(f"{d}/{name}", "wb").write(data)
            return f"{d}/{name}"
        pub = put("ak", struct.pack(">H", len(ev["ak"])) + ev["ak"])
        subprocess.run(
            ["tpm2_checkquote", "-u", pub, "-m", put("m", ev["attest"]),
             "-s", put("s", ev["signature"]), "-g", "sha256",
             "-q", qualifying(challenge(ev["challenge"])).hex()],
            check=True, stdout=subprocess.DEVNULL)


def attest_pcrs(ev):
    """pcrSelect and pcrDigest of TPMS_ATTEST."""
    r = Reader(ev["attest"])
    assert r.take(6) == b"\xffTCG\x80\x18"
    r.take(r.uint(2))
    r.take(r.uint(2))
    r.take(17 + 8)
    start = r.at
    for _ in range(r.uint(4)):
        r.take(2)
        r.take(r.uint(1))
    selection = r.b[start:r.at]
    digest = r.take(r.uint(2))
    r.end()
    return selection, digest


def replay(b, pcr, start=bytes(32)):
    v, seen = start, [start]
    for _, p, digests in records(b):
        if p == pcr:
            v = sha(v, digests[11])
            seen.append(v)
    return seen


def merkle(leaves):
    """RFC 9162 2.1.1"""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha(b"\1", merkle(leaves[:k]), merkle(leaves[k:]))


def event_leaf(b):
    """PROTOCOL.md 2.3; the type of the event, too."""
    r = Reader(b)
    kind = r.take(2)
    hashed = kind
    while r.at < len(b):
        fid, form, value = r.uint(1), r.uint(1), r.take(r.uint(2))
        hashed += bytes([fid])
        if fid < 0x80:
            hashed += struct.pack(">H", len(value)) + value
        else:
            hashed += value if form else sha(b"\2", bytes([fid]), value)
    return int.from_bytes(kind, "big"), sha(b"\0", hashed)


def abridged(b):
    """PROTOCOL.md 2.10: [(number, PCR, types shown, leaves)], roots checked."""
    out = []
    for number, pcr, digests in records(b):
        out.append([number, pcr, [], 0])
    r = Reader(b)
    for record in out:
        for _ in range(3):
            r.take(1)
            r.take(r.uint(4))
        assert r.uint(1) == 0x53
        c = Reader(r.take(r.uint(4)))
        header, leaves = c.take(81), []
        while c.at < len(c.b):
            kind, value = c.uint(1), c.take(c.uint(4))
            if kind == 2:
                shown, leaf = event_leaf(value)
                record[2].append(shown)
                leaves.append(leaf)
            else:
                assert kind == 3 and len(value) == 32
                leaves.append(value)
                record[3] += 1
        count = int.from_bytes(header[45:49], "big")
        assert not leaves or len(leaves) == count, "events"
        assert not leaves or merkle(leaves) == header[49:81], "root"
    return out


def verify(nonce, cert_spki, exporter=None, kind="evidence"):
    ev = load(kind=kind)
    c = challenge(ev["challenge"])
    pad = "=" * (-len(nonce) % 4)
    assert c["nonce"] == base64.urlsafe_b64decode(nonce + pad), "nonce"
    assert c["key"].hex() == cert_spki, "verifier key"
    if exporter:
        assert c["exporter"].hex() == exporter, "exporter"
    check_quote(ev)
    selection, digest = attest_pcrs(ev)
    assert selection == c["selection"], "selection"
    values = pcr_list(ev["pcrs"])
    assert sha(*values.values()) == digest, "PCR values"
    assert values[11, 12] in replay(ev["log"], 12), "log and PCR 12"
    numbers = [n for n, _, _ in records(ev["log"])]
    assert numbers == list(range(len(numbers))), "record numbers"


if __name__ == "__main__":
    what, args = sys.argv[1], sys.argv[2:]
    if what == "verify":
        verify(*args)
    elif what == "verify-report":
        verify(*args, kind="violations")
        abridged(load(kind="violations")["log"])
    elif what == "report-item":
        sys.stdout.buffer.write(load(kind="violations")[args[0]])
    elif what == "report-keys":
        print(" ".join(sorted(load(kind="violations"))))
    elif what == "abridged":
        for number, pcr, shown, leaves in abridged(
                load(kind="violations")["log"]):
            print(number, pcr, "%d left" % leaves,
                  " ".join(map(str, shown)) or "-")
    elif what == "item":
        sys.stdout.buffer.write(load()[args[0]])
    elif what == "keys":
        print(" ".join(sorted(load())))
    elif what == "records":
        n = [n for n, _, _ in records(load()[args[0] if args else "log"])]
        print(f"{n[0]}-{n[-1]}" if n else "none")
    elif what == "selection":
        print(challenge(load()["challenge"])["selection"].hex())
    elif what == "pcr":
        print(pcr_list(load()["pcrs"])[11, int(args[0])].hex())
    elif what == "size":
        print(challenge(load()["challenge"])["size"])
    else:
        sys.exit(f"unknown: {what}")
