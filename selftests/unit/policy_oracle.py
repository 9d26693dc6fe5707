#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Judges accesses by policy blobs as include/shinrai/policy.h says, in Python.

Reads what policy_oracle_test.c writes: for each policy "P", its length and the
blob; for each access "A", an ACCESS, program, text, cgroup, and the core's
answer.  Prints "INPUTS SHA256-OF-OWN-ANSWERS"; fails on the first difference.
The rules are taken from the tables; the index is not looked at.
"""
import hashlib
import struct
import sys

HEAD = struct.Struct("<8sIIQ32s32s64sII12I")
LABEL = struct.Struct("<16sII8B")
GROUP = struct.Struct("<4I")
SINK = struct.Struct("<4BHHHHB3x16sII")
CONDITION = struct.Struct("<QQIIHHB3x")
RULE = struct.Struct("<4B5I")
ACCESS = struct.Struct("<QQQI4BHHH16s6B")
ANSWER = struct.Struct("<BBBxI")
SIZES = (32, 8, 16, 32, 40, 32, 16, 24, 16, 8, 4, 1)
NONE = 0xFFFFFFFF
ALLOW, AUDIT, DENY = 1, 2, 3
NOTIFY, VOLATILE = 1, 2


class Policy:
    def __init__(self, blob):
        head = HEAD.unpack_from(blob)
        counts, at, tables = head[9:], HEAD.size, []
        for count, size in zip(counts, SIZES):
            tables.append([blob[at + i * size:at + (i + 1) * size]
                           for i in range(count)] if size > 1 else
                          blob[at:at + count])
            at += count * size
        if at != len(blob):
            raise ValueError("a blob of another size")
        strings = tables[11]

        def text(ref):
            return strings[ref:strings.index(b"\0", ref)]

        self.otherwise = [LABEL.unpack(x)[3:] for x in tables[0]]
        self.groups = [set(tables[3][first:first + count]) for _, first, count,
                       _ in (GROUP.unpack(x) for x in tables[2])]
        self.conditions = [CONDITION.unpack(x) for x in tables[5]]
        self.sinks = []
        for raw in tables[4]:
            (kind, family, prefix, proto, first, last, vendor, product, exact,
             addr, ref, _) = SINK.unpack(raw)
            self.sinks.append((kind, family, prefix, proto, first, last,
                               vendor, product, exact,
                               int.from_bytes(addr, "big"), text(ref)))
        self.rules = []
        for raw in tables[7]:
            (verdict, action, kind, label, subject, sink, condition, flags,
             _) = RULE.unpack(raw)
            self.rules.append((verdict, action, kind, label,
                               text(subject) if kind == 3 else subject, sink,
                               condition, flags))
        self.meters = {}


def subject_fits(policy, kind, subject, access):
    if kind == 1:
        return access["program"] in policy.groups[subject]
    if kind == 2:
        return access["uid"] == subject
    if kind == 3:
        path = access["cgroup"]
        if path is None:
            return False
        # Compared part by part: /ab is not below /a.
        want = subject.strip(b"/").split(b"/") if subject != b"/" else []
        have = path.strip(b"/").split(b"/") if path != b"/" else []
        return have[:len(want)] == want
    return True


def sink_fits(sink, access):
    (kind, family, prefix, proto, first, last, vendor, product, exact, addr,
     text) = sink
    if kind != access["sink_kind"]:
        return False
    if kind == 1:
        if family and family != access["family"]:
            return False
        if (addr ^ access["addr"]) >> (128 - prefix):
            return False
        return proto in (0, access["proto"]) and \
            first <= access["port"] <= last
    if kind == 2:
        return (not exact & 1 or vendor == access["vendor"]) and \
            (not exact & 2 or product == access["product"]) and \
            (not exact & 4 or text == access["text"])
    if kind == 5:
        return proto in (0, access["proto"])
    return text in (b"", access["text"])


def in_window(condition, wall):
    _, _, _, _, begin, end, days = condition
    weekday = (wall // 86400 + 3) % 7  # 0 is Monday
    minute = wall % 86400 // 60
    if begin == end:
        return bool(days >> weekday & 1)
    if begin < end:
        return begin <= minute < end and bool(days >> weekday & 1)
    if minute >= begin:
        return bool(days >> weekday & 1)
    return minute < end and bool(days >> (weekday + 6) % 7 & 1)


def meter_of(policy, number, wall, metered):
    """(since, bytes, uses) that count at this time."""
    per = policy.conditions[number][2]
    meter = policy.meters.get(number) if metered else None
    if meter is None or (per and wall - meter[0] >= per):
        return (wall, 0, 0)
    return meter


def holds(policy, number, access, metered):
    if number == NONE:
        return True
    condition = policy.conditions[number]
    if not in_window(condition, access["wall"]):
        return False
    most_bytes, most_uses = condition[:2]
    _, used_bytes, uses = meter_of(policy, number, access["wall"], metered)
    if most_uses and uses >= most_uses:
        return False
    return not most_bytes or (used_bytes < most_bytes and
                              used_bytes + access["bytes"] <= most_bytes)


def judge_label(policy, label, access, metered):
    """(verdict, rule, condition, flags, volatile) of one label."""
    steady = waver = best = (0, 0)  # ranks; this is below all
    for number, rule in enumerate(policy.rules):
        verdict, action, kind, which, subject, sink, condition, _ = rule
        if action != access["action"] or which not in (0xFF, label):
            continue
        if not subject_fits(policy, kind, subject, access):
            continue
        if sink != NONE and not sink_fits(policy.sinks[sink], access):
            continue
        rank = (verdict, -number)
        if condition == NONE:
            steady = max(steady, rank)
        else:
            waver = max(waver, rank)
        if holds(policy, condition, access, metered):
            best = max(best, rank)
    volatile = waver > steady
    if not best[0]:
        return (policy.otherwise[label][access["action"]], NONE, NONE, 0,
                volatile)
    rule = policy.rules[-best[1]]
    return (rule[0], -best[1], rule[6], rule[7], volatile)


def judge(policy, labels, access, metered, charge):
    judged = [i for i in range(64) if labels >> i & 1]
    for label in judged:
        if not 1 <= access["action"] <= 7 or label >= len(policy.otherwise):
            return ANSWER.pack(DENY, 0, label, NONE)
    if not judged:
        return ANSWER.pack(ALLOW, 0, 0xFF, NONE)
    total, flags, counted = None, 0, set()
    for label in judged:
        verdict, rule, condition, notify, volatile = judge_label(
            policy, label, access, metered)
        flags |= notify | (VOLATILE if volatile else 0)
        if condition != NONE and any(policy.conditions[condition][:2]):
            counted.add(condition)
        if total is None or verdict > total[0]:
            total = (verdict, label, rule)
    if charge and metered and total[0] != DENY:
        for number in counted:
            since, used, uses = meter_of(policy, number, access["wall"], True)
            policy.meters[number] = (
                since, min(used + access["bytes"], 2**64 - 1), uses + 1)
    return ANSWER.pack(total[0], flags, total[1], total[2])


def read_access(f):
    (labels, size, wall, uid, action, sink_kind, family, proto, port, vendor,
     product, addr, metered, charge, program, text, cgroup,
     _) = ACCESS.unpack(f.read(ACCESS.size))

    def optional(length):
        return None if length == 0xFF else f.read(length)

    return labels, {
        "bytes": size, "wall": wall, "uid": uid, "action": action,
        "sink_kind": sink_kind, "family": family, "proto": proto,
        "port": port, "vendor": vendor, "product": product,
        "addr": int.from_bytes(addr, "big"),
        "program": optional(program),
        "text": optional(text),
        "cgroup": optional(cgroup),
    }, bool(metered), bool(charge)


def main():
    f = sys.stdin.buffer
    digest, inputs, policy = hashlib.sha256(), 0, None
    while True:
        what = f.read(1)
        if not what:
            break
        if what == b"P":
            policy = Policy(f.read(*struct.unpack("<I", f.read(4))))
            continue
        labels, access, metered, charge = read_access(f)
        own = judge(policy, labels, access, metered, charge)
        core = f.read(ANSWER.size)
        if own != core:
            sys.exit(f"input {inputs}: {ANSWER.unpack(own)} and not "
                     f"{ANSWER.unpack(core)}: {labels:x} {access}")
        digest.update(own)
        inputs += 1
    print(inputs, digest.hexdigest())


main()
