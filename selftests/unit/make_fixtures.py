#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes fixtures.json: quotes, IMA lists and firmware logs, small and whole.

Bytes come from struct, hashes from hashlib, signatures from openssl(1); none
of it from the code under test.  ECDSA and PSS are random: a new run gives
another file.

usage: make_fixtures.py > selftests/unit/fixtures.json
"""
import base64
import hashlib
import json
import os
import struct
import subprocess
import tempfile

ALG = {"sha1": 0x4, "sha256": 0xB, "sha384": 0xC, "sha512": 0xD}


def run(*argv, stdin=None):
    return subprocess.run(argv, input=stdin, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def b2(data):
    return struct.pack(">H", len(data)) + data


# Quotes

ATTRIBUTES = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 16 | 1 << 18


def der_spki(pem):
    body = "".join(pem.decode().splitlines()[1:-1])
    return base64.b64decode(body)


def der_int(der, at):
    assert der[at] == 2
    size = der[at + 1]
    return der[at + 2:at + 2 + size].lstrip(b"\0"), at + 2 + size


def attest(pcr_digest, extra, selection):
    return (struct.pack(">IH", 0xFF544347, 0x8018) +
            b2(struct.pack(">H", ALG["sha256"]) + bytes(32)) + b2(extra) +
            struct.pack(">QIIB", 123456, 7, 2, 1) +
            struct.pack(">Q", 0x0001000200030004) + selection +
            b2(pcr_digest))


def public_area(kind, key_hash, pem):
    spki = der_spki(pem)
    head = struct.pack(">HHIH", 0x23 if kind.startswith("P") else 1,
                       ALG["sha256"], ATTRIBUTES, 0)
    if kind.startswith("P"):
        size = 32 if kind == "P-256" else 48
        x, y = spki[-2 * size:-size], spki[-size:]
        return head + struct.pack(">HHHHH", 0x10, 0x18, ALG[key_hash],
                                  3 if kind == "P-256" else 4, 0x10) + \
            b2(x) + b2(y)
    modulus = spki[-5 - 256:-5]
    scheme = 0x14 if kind == "rsassa" else 0x16
    return head + struct.pack(">HHHHI", 0x10, scheme, ALG[key_hash], 2048,
                              0) + b2(modulus)


def sign(folder, kind, key_hash, data):
    key = os.path.join(folder, "key.pem")
    message = os.path.join(folder, "message")
    with open(message, "wb") as f:
        f.write(data)
    argv = ["openssl", "dgst", "-" + key_hash, "-sign", key]
    if kind == "rsapss":
        argv += ["-sigopt", "rsa_padding_mode:pss",
                 "-sigopt", "rsa_pss_saltlen:digest"]
    sig = run(*argv, message)
    if kind == "rsassa":
        return struct.pack(">HH", 0x14, ALG[key_hash]) + b2(sig)
    if kind == "rsapss":
        return struct.pack(">HH", 0x16, ALG[key_hash]) + b2(sig)
    at = 3 if sig[1] == 0x81 else 2
    r, at = der_int(sig, at)
    s, at = der_int(sig, at)
    return struct.pack(">HH", 0x18, ALG[key_hash]) + b2(r) + b2(s)


def quote(kind, key_hash):
    values = {p: hashlib.sha256(bytes([p])).digest() for p in (12, 13)}
    digest = hashlib.new(key_hash, values[12] + values[13]).digest()
    selection = struct.pack(">IHB3s", 1, ALG["sha256"], 3, b"\0\x30\0")
    nonce = hashlib.sha256(b"nonce").digest()
    message = attest(digest, nonce, selection)
    with tempfile.TemporaryDirectory() as folder:
        key = os.path.join(folder, "key.pem")
        if kind.startswith("P"):
            run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                "ec_paramgen_curve:" + kind, "-out", key)
        else:
            run("openssl", "genpkey", "-algorithm", "RSA", "-out", key)
        pem = run("openssl", "pkey", "-in", key, "-pubout")
        signature = sign(folder, kind, key_hash, message)
    area = public_area(kind, key_hash, pem)
    pcrs = struct.pack(">H", 2) + b"".join(
        struct.pack(">HBB", ALG["sha256"], p, 32) + values[p]
        for p in (12, 13))
    return {"name": kind + " " + key_hash, "attest": message.hex(),
            "signature": signature.hex(), "pem": pem.decode(),
            "public": area.hex(), "nonce": nonce.hex(), "pcrs": pcrs.hex(),
            "object_name": "000b" + hashlib.sha256(area).hexdigest()}


# IMA


def ima_fields(order, *values):
    return b"".join(struct.pack(order + "I", len(v)) + v for v in values)


def ima_entry(order, template, data, violation=False, pcr=10):
    if template == "ima":
        digest, name = data
        hashed = digest + name + bytes(256 - len(name))
        body = digest + struct.pack(order + "I", len(name)) + name
    else:
        hashed = data
        body = struct.pack(order + "I", len(data)) + data
    sha1 = bytes(20) if violation else hashlib.sha1(hashed).digest()
    name = template.encode()
    raw = (struct.pack(order + "I", pcr) + sha1 +
           struct.pack(order + "I", len(name)) + name + body)
    return raw, hashed, violation


def ima_log(name, order, entries, faults=None):
    pcrs = {}
    for alg in ALG:
        size = hashlib.new(alg).digest_size
        pcr = bytes(size)
        for raw, hashed, violation in entries:
            value = (b"\xff" * size if violation else
                     raw[4:24] if alg == "sha1" else
                     hashlib.new(alg, hashed).digest())
            pcr = hashlib.new(alg, pcr + value).digest()
        pcrs[alg] = pcr.hex()
    return {"name": name, "big_endian": order == ">",
            "log": b"".join(e[0] for e in entries).hex(),
            "entries": len(entries),
            "violations": sum(e[2] for e in entries), "pcr10": pcrs,
            "faults": faults or {}}


def ima_logs():
    d1, d2 = hashlib.sha1(b"x").digest(), hashlib.sha256(b"x").digest()
    ng, path = b"sha256:\0" + d2, b"/usr/bin/with space\0"
    out = []
    for order in "<>":
        side = "little" if order == "<" else "big"
        f = lambda *v: ima_fields(order, *v)
        e = lambda *a, **k: ima_entry(order, *a, **k)
        out.append(ima_log("all templates, " + side, order, [
            e("ima", (d1, b"/bin/sh")),
            e("ima-ng", f(ng, path)),
            e("ima-ng", f(b"sha1:\0" + bytes(20), b"boot_aggregate\0")),
            e("ima-sig", f(ng, path, b"")),
            e("ima-sig", f(ng, path, b"\3\2\4" + bytes(40))),
            e("ima-ngv2", f(b"ima:" + ng, path)),
            e("ima-sigv2", f(b"verity:" + ng, path, b"\6\2")),
            e("ima-buf", f(ng, b"dm_table_load\0", b"name=x;\0")),
            e("ima-modsig", f(ng, path, b"", b"", b"")),
            e("ima-modsig", f(ng, path, b"\3", b"sha256:\0" + d2, b"\x30")),
            e("evm-sig", f(ng, path, b"\5", b"security.ima\0", b"\1\0\0\0",
                           b"\4", struct.pack(order + "I", 0),
                           struct.pack(order + "I", 0),
                           struct.pack(order + "H", 0o755))),
            e("d-ng|n-ng|sig", f(ng, path, b"")),
            e("ima-ng", f(b"sha256:\0" + bytes(32), path), violation=True),
            e("ima-ng", f(bytes(20), path), violation=True)]))
    e = lambda *a, **k: ima_entry("<", *a, **k)
    f = lambda *v: ima_fields("<", *v)
    good = e("ima-ng", f(ng, path))
    wrong = (good[0].replace(b"space", b"Space"),
             good[1].replace(b"space", b"Space"), False)
    for name, bad, code in [
            ("unknown template", e("other", b"data"), "template-unknown"),
            ("empty template data", e("ima-ng", b""), "field"),
            ("path without NUL", e("ima-ng", f(ng, b"/x")), "field"),
            ("NUL inside path", e("ima-ng", f(ng, b"/x\0y\0")), "field"),
            ("digest of wrong size", e("ima-ng", f(ng[:-1], path)), "field"),
            ("digest without name", e("ima-ng", f(d2, path)), "field"),
            ("bytes after the last field",
             e("ima-ng", f(ng, path) + b"\0"), "field"),
            ("field longer than its entry",
             e("ima-ng", f(ng) + struct.pack("<I", 99) + path), "field"),
            ("ngv2 of unknown kind",
             e("ima-ngv2", f(b"foo:" + ng, path)), "field"),
            ("mode of wrong size", e("evm-sig", f(
                ng, path, b"", b"", b"", b"", b"", b"", b"\1")), "field")]:
        out.append(ima_log(name, "<", [good, bad, good], {"1": code}))
    log = ima_log("edited path", "<", [good, wrong, good],
                  {"1": "template-hash"})
    out.append(log)
    for order, side in ("<", "little"), (">", "big"):
        name = "a violation of the oldest template, " + side
        out.append(ima_log(name, order, [
            ima_entry(order, "ima", (bytes(20), b"/bin/sh"), violation=True),
            ima_entry(order, "ima", (d1, b"/bin/sh"))]))
    return out


# Firmware logs


def guid_variable(name, value):
    guid = bytes.fromhex("61dfe48bca93d211aa0d00e098032b8c")
    return (guid + struct.pack("<QQ", len(name), len(value)) +
            name.encode("utf-16-le") + value)


def event2(algs, pcr, etype, data, digest_of=None, zero=False):
    digests = {}
    for a in algs:
        size = hashlib.new(a).digest_size
        digests[a] = (bytes(size) if zero else hashlib.new(
            a, data if digest_of is None else digest_of).digest())
    raw = struct.pack("<III", pcr, etype, len(algs)) + b"".join(
        struct.pack("<H", ALG[a]) + d for a, d in digests.items())
    return (raw + struct.pack("<I", len(data)) + data, pcr,
            None if etype == 3 else digests)


def spec_id(algs, vendor=b""):
    data = (b"Spec ID Event03\0" + struct.pack("<IBBBBI", 0, 0, 2, 105, 2,
                                               len(algs)) +
            b"".join(struct.pack("<HH", ALG[a], hashlib.new(a).digest_size)
                     for a in algs) + bytes([len(vendor)]) + vendor)
    return struct.pack("<II20sI", 0, 3, bytes(20), len(data)) + data


def event1(pcr, etype, data, digest_of=None, zero=False):
    """TCG_PCR_EVENT, of logs that have SHA-1 alone."""
    digest = (bytes(20) if zero else hashlib.sha1(
        data if digest_of is None else digest_of).digest())
    return (struct.pack("<II", pcr, etype) + digest +
            struct.pack("<I", len(data)) + data, pcr,
            None if etype == 3 else {"sha1": digest})


def boot_log(name, algs, events, locality=0, faults=None, head=None, **more):
    head = [spec_id(algs)] if head is None else head
    pcrs = {}
    for a in algs:
        size = hashlib.new(a).digest_size
        for _, pcr, digests in events:
            if digests is None or pcr > 23:
                continue
            start = b"\xff" * size if 17 <= pcr <= 22 else bytes(size)
            if pcr == 0:
                start = bytes(size - 1) + bytes([locality])
            key = (a, pcr)
            pcrs[key] = hashlib.new(a, pcrs.get(key, start) +
                                    digests[a]).digest()
    values = {}
    for (a, pcr), v in sorted(pcrs.items()):
        values.setdefault(a, {})[str(pcr)] = v.hex()
    return dict({"name": name, "log": b"".join(
        head + [e[0] for e in events]).hex(),
        "events": len(head) + len(events),
        "pcrs": values, "locality": locality, "faults": faults or {},
        "secure_boot": -1, "separators": 0}, **more)


def boot_logs():
    algs = ["sha1", "sha256", "sha384", "sha512"]
    two = ["sha256", "sha384"]
    ev = lambda *a, **k: event2(algs, *a, **k)
    sep = [ev(p, 4, bytes(4)) for p in range(8)]
    secure = guid_variable("SecureBoot", b"\1")
    off = guid_variable("SecureBoot", b"\0")
    tag = struct.pack("<II", 0x8F3B22EC, 12) + b"Linux initrd"
    typical = [
        ev(0, 8, "1.0".encode("utf-16-le")),
        ev(7, 0x80000001, secure),
        ev(1, 0x80000002, guid_variable("BootOrder", b"\0\0"),
           digest_of=b"\0\0"),
        ev(2, 0x8000000C, guid_variable("Boot0000", b"\1")),
        ev(4, 0x80000007, b"Calling EFI Application from Boot Option"),
    ] + sep + [
        ev(4, 0x80000003, bytes(40), digest_of=b"kernel image"),
        ev(9, 6, tag, digest_of=b"initrd"),
        ev(17, 6, tag)]
    out = [
        boot_log("typical", algs, typical, secure_boot=1, separators=0xFF),
        boot_log("locality 3", two, [
            event2(two, 0, 3, b"StartupLocality\0\3", zero=True),
            event2(two, 0, 4, bytes(4))], locality=3, separators=1),
        boot_log("H-CRTM", two, [
            event2(two, 0, 0x80000010, b"HCRTM", digest_of=b"code"),
            event2(two, 0, 4, bytes(4))], locality=4, separators=1),
        boot_log("locality after PCR 0 was extended", two, [
            event2(two, 0, 8, b"1"),
            event2(two, 0, 3, b"StartupLocality\0\3", zero=True)],
            faults={"2": "locality"}),
        boot_log("locality of no sense", two, [
            event2(two, 0, 3, b"StartupLocality\0\2", zero=True)],
            faults={"1": "locality"}),
        boot_log("separator with error", two, [
            event2(two, 0, 4, b"\1\0\0\0")], faults={"1": "separator"}),
        boot_log("Secure Boot after the separator", two, [
            event2(two, 7, 4, bytes(4)),
            event2(two, 7, 0x80000001, secure)], separators=0x80),
        boot_log("Secure Boot on and off", two, [
            event2(two, 7, 0x80000001, secure),
            event2(two, 7, 0x80000001, off)], secure_boot=0),
        boot_log("Secure Boot off and on", two, [
            event2(two, 7, 0x80000001, off),
            event2(two, 7, 0x80000001, secure)], secure_boot=0),
        boot_log("Secure Boot edited", two, [
            event2(two, 7, 0x80000001, secure, digest_of=off)],
            faults={"1": "data"}),
        boot_log("PCR 24", two, [event2(two, 24, 8, b"1")],
                 faults={"1": "pcr-range"}),
        boot_log("EV_NO_ACTION with digest", two, [
            event2(two, 0, 3, b"x", digest_of=b"x")],
            faults={"1": "no-action"}),
        boot_log("second Spec ID event", two, [
            event2(two, 0, 3, b"Spec ID Event03\0" + bytes(20), zero=True)],
            faults={"1": "no-action"}),
    ]
    old = [event1(0, 8, "1.0".encode("utf-16-le")),
           event1(7, 0x80000001, secure),
           event1(4, 0x80000003, bytes(40), digest_of=b"kernel image"),
           event1(0, 4, bytes(4)), event1(7, 4, b"\1\0\0\0"),
           event1(17, 6, tag)]
    spec = event1(0, 3, b"Spec ID Event02\0" + struct.pack(
        "<IBBBBB", 0, 2, 1, 2, 2, 0), zero=True)[0]
    out += [boot_log("SHA-1, " + how, ["sha1"], old, head=head, secure_boot=1,
                     separators=1, faults={str(4 + len(head)): "separator"})
            for how, head in [("no Spec ID event", []),
                              ("Spec ID Event02", [spec])]]
    out.append(boot_log("SHA-1, locality 3", ["sha1"], [
        event1(0, 3, b"StartupLocality\0\3", zero=True),
        event1(0, 4, bytes(4))], locality=3, separators=1, head=[spec]))
    missing = event2(["sha256"], 0, 8, b"1")
    out.append(boot_log("bank missing", ["sha256", "sha384"], [],
                        faults={"1": "banks"}))
    out[-1]["log"] += missing[0].hex()
    out[-1]["events"] = 2
    value = hashlib.sha256(bytes(32) + hashlib.sha256(b"1").digest())
    out[-1]["pcrs"] = {"sha256": {"0": value.hexdigest()}}
    bad = []
    good = spec_id(two) + typical[0][0][:0]
    one = event2(two, 0, 8, b"1")[0]
    for name, log, code in [
            ("empty", b"", "empty"),
            ("34 bytes of nothing", b"\xff" * 34, "header"),
            ("event cut", good + one[:-1], "truncated"),
            ("trailing byte", good + one + b"\0", "truncated"),
            ("unknown algorithm", good + one.replace(
                struct.pack("<IH", 2, 0xB), struct.pack("<IH", 2, 0x12)),
             "algorithm"),
            ("too many digests", good + struct.pack("<III", 0, 8, 99) +
             bytes(999), "algorithm"),
            ("data longer than the log", good + one[:-5] +
             struct.pack("<I", 0xFFFFFFFF) + b"1", "truncated"),
            ("Spec ID without algorithms", spec_id([]), "spec-id"),
            ("Spec ID with a bank twice", spec_id(["sha256", "sha256"]),
             "spec-id"),
            ("Spec ID cut", spec_id(two)[:28] + struct.pack("<I", 30) +
             spec_id(two)[32:62], "spec-id")]:
        bad.append({"name": name, "log": log.hex(), "error": code})
    return out, bad


def main():
    logs, bad = boot_logs()
    print(json.dumps({
        "quotes": [quote("P-256", "sha256"), quote("P-384", "sha384"),
                   quote("rsassa", "sha256"), quote("rsassa", "sha1"),
                   quote("rsapss", "sha256"), quote("rsapss", "sha512")],
        "ima": ima_logs(), "bootlog": logs, "bootlog_bad": bad}, indent=1))


if __name__ == "__main__":
    main()
