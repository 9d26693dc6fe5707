#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the seeds in selftests/fuzz/corpus/ from the unit tests' fixtures.

usage: make_corpus.py    (in the top folder of the sources)
"""
import hashlib
import json
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, "selftests/unit")
import policy_pack  # noqa: E402

with open("selftests/unit/fixtures.json") as f:
    FIXTURES = json.load(f)
with open("selftests/unit/refs.json") as f:
    REFS = json.load(f)
with open("userspace/testvectors.json") as f:
    VECTORS = json.load(f)


def seed(target, name, data):
    folder = os.path.join("selftests/fuzz/corpus", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as out:
        out.write(data)


def unhex(j, key):
    return bytes.fromhex(j[key])


def tools_pcrs():
    out = struct.pack("<IHB4sx", 1, 0xB, 3, b"\0\x30\0\0") + bytes(8 * 15)
    out += struct.pack("<II", 1, 2)
    for n in range(8):
        out += struct.pack("<H64s", 32 if n < 2 else 0, b"")
    return out


def policies():
    """What is accepted; and one with limits, windows and 64 labels."""
    p = policy_pack.sound()
    seed("policy_blob", "sound", p.pack())
    p.groups.append([bytes(32), bytes(31) + b"\1"])  # these hash alike
    p.rule(1, 4, 0, kind=policy_pack.PROGRAM, subject=2)
    for line in range(2, 64):
        p.label(bytes([line, 0xff]), 1, [1 + line % 3] * 7, line)
        p.rule(2, 1 + line % 7, line, line=line, condition=2)
    p.condition(bytes=100, uses=2, per=60, begin=1320, end=360, days=0x1f)
    p.sink(policy_pack.INET, family=6, prefix=65, ports=(1, 1024),
           addr=bytes.fromhex("20010db8000000018000"))
    p.rule(3, 3, policy_pack.ANY_LABEL, sink=10)
    seed("policy_blob", "large", p.pack())
    p = policy_pack.Policy(b"x", b"", b"")
    seed("policy_blob", "empty", p.pack())


def der(tag, *parts):
    data = b"".join(parts)
    size = bytes([len(data)]) if len(data) < 128 else bytes([0x81, len(data)])
    return bytes([tag]) + size + data


def cms(certs=b"", attributes=b"", content=b""):
    """CMS as the module takes it, of a signer named by nothing much."""
    pkcs7 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07"
    sha256 = der(0x30, der(6, b"\x60\x86\x48\x01\x65\x03\x04\x02\x01"))
    rsa = der(0x30, der(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),
              b"\5\0")
    signer = der(0x30, der(2, b"\1"), der(0x30, der(0x30), der(2, b"\7")),
                 sha256, attributes, rsa, der(4, bytes(4)))
    return der(0x30, der(6, pkcs7 + b"\2"), der(0xA0, der(
        0x30, der(2, b"\1"), der(0x31, sha256),
        der(0x30, der(6, pkcs7 + b"\1"), content), certs,
        der(0x31, signer))))


def urls():
    for n, text in enumerate([
            "https://127.0.0.1:8417/", "https://[2001:db8::1]:1/v1/reports?x=%20",
            "https://[::ffff:1.2.3.4]:65535/" + "a" * 1022,
            "https://1.2.3.4:00443/", "https://[fe80::1%25eth0]:1/"]):
        seed("url", "text%d" % n, text.encode())


    for n, text in enumerate([
            "https://press:8417", "https://[2001:db8::1]:1/", "https://a:0",
            "https://a@b:1", "https://[a]:65535", "https://a:1:2", "http://",
            "https://::,]:1", "https://[[a]:1"]):
        seed("client_url", "text%d" % n, text.encode())


def http_answers():
    """First whether it is a challenge and how it ends, and bytes at once."""
    problem = b'{"title":"Conflict","detail":"\\u001b[2J not armed"}'
    for n, (how, status, kind, body, extra) in enumerate([
            (b"\2\0", 200, b"application/cmw+cbor", b"body", b""),
            (b"\0\1", 200, b"application/cmw+cbor", b"body", b"left"),
            (b"\2\7", 409, b"application/problem+json", problem, b""),
            (b"\1\0", 404, b"application/json", b'{"title":7}', b""),
            (b"\0\5", 503, b"", b"", b"")]):
        seed("client_answer", "answer%d" % n, how +
             b"HTTP/1.1 %d x\r\nContent-Type: %s; q=1\r\nContent-Length: %d"
             b"\r\n\r\n" % (status, kind, len(body)) + body + extra)


def attest_answers():
    """What was asked for, the status, Location, Retry-After, body."""
    session, nonce = b"/challenge-response/v1/session/7", "MDEy" * 8
    offer = {"state": "waiting", "nonce": nonce, "from": 7, "items": ["log"]}
    done = {"state": "complete", "period_s": 2**40, "result": {
        "state": "untrusted", "reason": "\x1b[2J"}}
    for n, (how, status, at, after, said) in enumerate([
            (0, 2, session, b"", offer), (1, 1, b"", b"", done),
            (1, 3, b"", b"99", {"detail": "\x1b[2J" + "a" * 150}),
            (2, 0, b"", b"", {}), (5, 0, b"", b"", {}),
            (0, 2, b"/" + b"a" * 200, b"", offer), (0, 2, b"x", b"", offer),
            (1, 1, b"", b"", offer), (0, 1, session, b"", done)]):
        seed("attest_answer", "answer%d" % n, bytes([how, status]) + at +
             b"\0" + after + b"\0" + json.dumps(said).encode())


def secrets():
    for n, text in enumerate([
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "A" * 86 + "==\r\n",
            "A" * 33 + "B==", "A" * 35 + "=", "A" * 32 + "===="]):
        seed("hook_secret", "file%d" % n, b"whsec_" + text.encode())


def spools(records):
    """As it is, torn, a record that is missing, and another boot's."""
    boot = unhex(VECTORS, "boot_id")
    log = b"".join(records)
    seed("spool", "log", boot + log)
    seed("spool", "torn", boot + log[:-1])
    seed("spool", "gap", boot + records[0] + b"".join(records[2:]))
    seed("spool", "other", bytes(16) + log)
    seed("spool", "none", boot)


def pasts(records):
    """Three boots: a half, a quarter and a quarter of the bytes."""
    log = b"".join(records)
    fill = log + bytes(len(log))  # padding is what is torn
    seed("past", "same", b"\0\xff\xff" + log + log)
    seed("past", "part", b"\1\2\0" + fill)
    seed("past", "torn", b"\2\xff\xff" + log[:-1] + b"\1" + log)
    seed("past", "none", b"\xff\xff\xff" + log + log)


def collected(name, *parts):
    seed("collect", name, b"".join(struct.pack(">H", len(p)) + p
                                   for p in parts))


def collections(records):
    """In parts that may be followed by others, until one is short."""
    short = records[2][:-1]
    collected("parts", *records[:4], b"")
    collected("over", *records)
    collected("pairs", *[b"".join(records[n:n + 2])
                         for n in range(0, len(records), 2)])
    collected("anew", *records[:3], *records)
    collected("gap", records[0], records[2], records[3])
    collected("damaged", records[0], records[1], short)
    collected("first_damaged", short)
    collected("nothing", b"")
    collected("too_long", records[0], b"".join(records))


def readers(records):
    log = b"".join(records)
    for name, piece, first, data in [
            ("whole", 255, 0, log), ("bytes", 0, 3, log[:2000]),
            ("cut", 50, 0, log[:-1]), ("none", 1, 0, b""),
            ("damaged", 100, 9, records[0] + log[1:])]:
        seed("reader", name, bytes([piece, first]) + data)


def message(passed, kind, body, size=None):
    size = len(body) if size is None else size
    return bytes([passed]) + struct.pack("<IIQ", kind, size, 7) + body


def messages():
    """Of the table in shinraid/msg.h, with and without descriptors."""
    ready, quote = struct.pack("<I", 8417), bytes(range(32))
    synced = struct.pack("<iIII16sQ", 0, 100, 256, 0, bytes(16), 3) + bytes(136)
    seed("msg", "ready", message(0, 1, ready))
    seed("msg", "quote", message(0, 4, quote))
    seed("msg", "sync", message(0, 6, b""))
    seed("msg", "synced", message(1, 7, synced))
    seed("msg", "two", message(2, 7, synced))
    seed("msg", "passed", message(1, 6, b""))
    seed("msg", "passed2", message(2, 1, ready))
    seed("msg", "short", message(0, 4, quote[:-1], 32))
    seed("msg", "long", message(0, 6, quote))
    past = struct.pack("<16sQ", bytes(16), 4096)
    seed("msg", "past", message(1, 11, past))
    seed("msg", "pastless", message(0, 11, past))
    seed("msg", "unknown", message(3, 99, quote))


def answers(verb, flags, *said):
    """What a verifier says to a verb of "fleet": status / 2, body, NUL."""
    return bytes([verb, flags]) + b"\0".join(
        bytes([status // 2]) + (body if isinstance(body, bytes) else
                                json.dumps(body).encode())
        for status, body in said)


def fleets():
    evil = "\x1b[2J\u202e\x9b1m\nforged trusted \\x1b"
    device = {"name": "press", "state": "trusted", "since": "2026-01-01",
              "group": evil, "reason": evil, "code": "x", "failure": evil,
              "policy": "plc", "policy_from": "group", "assurance": evil,
              "url": {"redacted": True}, "verdict": {
                  "headline": evil, "reasons": [
                      {"text": evil, "detail": evil, "next": evil,
                       "code": evil}, {"text": "b"}, 7]}}
    digest = [{"sha256": "ab" * 32}]
    boot = {"device": "press", "since": "now", "bank": "sha256", "ak": evil,
            "pcrs": {str(n): "00" * 32 for n in range(8)}, "kernel": digest,
            "initramfs": digest, "cmdline": [{"sha256": evil}]}
    entry = json.dumps({"time_ms": 2**62, "device": evil, "state": evil,
                        "type": "violations", "reason": evil})
    policy = {"loaded": evil, "policies": [
        {"name": evil, "id": evil, "digests": -1}, None], "groups": [
            {"name": evil, "policy": evil, "devices": 2**62}]}
    for name, verb, said in [
            ("list", 0, {"devices": [device, {}, [], None]}),
            ("show", 1, device), ("changes", 2, {"changes": [device, 1]}),
            ("group", 3, device), ("group2", 3, {"policy_from": "device"}),
            ("policy", 4, policy), ("learn", 5, boot), ("cmdline", 6, boot),
            ("enrol", 7, device),
            ("watch", 9, {"entries": [entry, 5, "{"], "disclosures": [[]]})]:
        seed("ctl_fleet", name, answers(verb, 0, (200, said)))
        seed("ctl_fleet", name + "_json", answers(verb, 1, (200, said)))
    for name, said in [
            ("refused", (404, {"detail": evil})), ("none", (200, b"")),
            ("array", (200, [])), ("twice", (200, b'{"a":1,"a":2}')),
            ("bare", (500, {}))]:
        seed("ctl_fleet", name, answers(1, 0, said))
    seed("ctl_fleet", "watch2", answers(
        8, 0, (200, {"size": -1}), (200, {"entries": [entry]}), (200, {})))


def appraisal(name, lies=0, how=0, more=0, planned=2, records=3, entries=2,
              log=b"", ima=b"", firmware=b""):
    """As appraise_plan.c reads it."""
    head = struct.pack(">6B2H", lies, how, more, planned, records, entries,
                       len(log), len(ima))
    seed("appraise", name, head + log + ima + firmware)
    if name in ("plain", "other", "events", "firmware", "list0", "same_log"):
        seed("judge", name, head + log + ima + firmware)


def wrapped(record):
    events = b"".join(unhex(e, "tlv") for e in record["events"])
    kind = record["type"] | (0x80 if record["pcr"] == 13 else 0)
    return struct.pack(">BH", kind, len(events)) + events


def appraisals():
    """The planned log in parts, and events, lists and logs of the fixtures."""
    events = [wrapped(r) for r in VECTORS["records"]]
    lists = [unhex(log, "log") for log in FIXTURES["ima"][:4]]
    appraisal("plain", planned=8, records=5)
    appraisal("whole", how=0x70, planned=8, records=8, entries=9)
    appraisal("strict", more=0x15, planned=8, records=8)
    appraisal("other", more=8 | 0x40, planned=8, records=5)
    appraisal("list_later", how=0x80, more=0x14, planned=8, records=5)
    appraisal("no_pcrs", lies=0x10, planned=8, records=5)
    appraisal("same_log", lies=0x80, planned=8, records=200)
    appraisal("events", records=4, log=b"".join(events[2:]))
    appraisal("all_events", planned=0, log=b"".join(events))
    for name, pcr in (("odd", 0), ("odd_flow", 0x80)):
        appraisal(name, planned=3, records=4, more=8, log=struct.pack(
            ">BH", 3 | pcr, 15 * 15) + b"".join(struct.pack(
                ">BIHBBHI", 2, 10, kind, 5, 0, 4, 0x10)
                for kind in range(1, 16)))
    appraisal("checkpoint", how=2, planned=8, log=b"\4\0\0")
    appraisal("raw", how=1, records=4, log=b"".join(
        unhex(r, "cel") for r in VECTORS["records"]))
    for n, entries in enumerate(lists):
        big = 8 if FIXTURES["ima"][n]["big_endian"] else 0
        appraisal("list%d" % n, how=big, more=5, planned=8, records=8,
                  entries=1, ima=entries)
    entries = b""
    for n in range(3):
        data = struct.pack("<I8s31sBI8s", 40, b"sha256:", b"", n, 8,
                           b"/bin/ab")
        digest = hashlib.sha1(data).digest() if n else b"not it"
        entries += struct.pack("<I20sI6sI", 10, digest, 6, b"ima-ng",
                               len(data)) + data
    appraisal("list_fault", how=4, planned=8, records=8, entries=1,
              ima=entries)
    appraisal("firmware", how=0x40, planned=8, records=8,
              firmware=unhex(FIXTURES["bootlog"][0], "log"))


def main():
    appraisals()
    policies()
    fleets()
    urls()
    http_answers()
    attest_answers()
    secrets()
    messages()
    records = [unhex(r, "cel") for r in VECTORS["records"]]
    spools(records)
    pasts(records)
    collections(records)
    readers(records)
    seed("cel", "log", b"".join(records))
    seed("cel", "redacted", records[0] + unhex(VECTORS["redacted"][1], "cel"))
    seed("abridge", "log", b"".join(records))
    for r in VECTORS["records"][4:]:
        for n, e in enumerate(r["events"]):
            seed("flow", "%s%d" % (r["name"], n), unhex(e, "tlv"))
    for n, log in enumerate(FIXTURES["ima"][:4]):
        seed("ima", "binary%d" % n,
             bytes([log["big_endian"]]) + unhex(log, "log"))
    for n, doc in enumerate(REFS["files"] + REFS["lists"][:1]):
        if not doc.get("ret"):
            text = doc["text"] if "text" in doc else doc["policy"]
            seed("refs", "file%d" % n,
                 bytes([bool(doc.get("keys"))]) + text.encode())
    zero = b"0" * 40
    seed("ima", "ascii", b"\2" + b"".join([
        b"10 " + zero + b" ima-ng sha1:" + zero + b" /a b\n",
        b"10 " + zero + b" ima-sig sha1:" + zero + b" /a b 0302\n",
        b"10 " + zero + b" ima " + zero + b" /a\n",
        b"10 " + zero + b" evm-sig sha1:" + zero +
        b" /a 05 security.ima 01000000 04 0 0 493\n"]))
    for n, log in enumerate(FIXTURES["bootlog"][:8]):
        seed("bootlog", "log%d" % n, unhex(log, "log"))
    for n, log in enumerate(FIXTURES["bootlog_bad"][2:]):
        seed("bootlog", "bad%d" % n, unhex(log, "log"))
    for n, q in enumerate(FIXTURES["quotes"]):
        attest, signature = unhex(q, "attest"), unhex(q, "signature")
        seed("tpm2", "quote%d" % n,
             bytes([0, len(attest)]) + attest + signature)
        seed("tpm2", "public%d" % n, b"\1" + unhex(q, "public"))
    seed("tpm2", "selection", b"\2" + bytes.fromhex("00000001000b03003000"))
    seed("tpm2", "signature",
         b"\3" + unhex(FIXTURES["quotes"][0], "signature"))
    for n, c in enumerate(VECTORS["challenges"]):
        seed("challenge", "item%d" % n, unhex(c, "item"))
    seed("pcrs", "list", unhex(FIXTURES["quotes"][0], "pcrs"))
    seed("pcrs", "tools", tools_pcrs())
    seed("signed", "plain", b"\1" + cms())
    seed("signed", "certificates", b"\1" + cms(der(0xA0)))
    seed("signed", "attributes", b"\1" + cms(b"", der(0xA0)))
    seed("signed", "data", b"\1" + cms(
        content=der(0xA0, der(4, b"data"))))
    for n, cert in ((1, b"cert"), (2, b"")):
        seed("signed", "admission%d" % n, b"\0" + struct.pack(
            "<8sIIQ64s32sII", b"SHNROWN", 1, n, 1, b"acme", b"", len(cert),
            0) + cert)


main()
