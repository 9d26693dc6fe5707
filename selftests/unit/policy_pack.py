# SPDX-License-Identifier: MIT
"""Packs a policy as include/shinrai/policy.h says, index and all, in Python.

Knows nothing of kernel/policy_pack.c; both have to give the same bytes.
"""
import struct

ANY_LABEL = 0xFF
NONE = 0xFFFFFFFF
ANY, PROGRAM, USER, CGROUP = range(4)
INET, MEDIA, FILESYSTEM, LOCAL, OTHER = range(1, 6)
VENDOR, PRODUCT, SERIAL, PROTO, PORT, TEXT = 1, 2, 4, 16, 32, 64
EVERY_DAY = 0x7F
MASK = 2**64 - 1


def mix(h, word):
    h = (h ^ word) * 0x9E3779B97F4A7C15 & MASK
    return h ^ h >> 32


def text_hash(text):
    h = 0xCBF29CE484222325
    for byte in text:
        h = (h ^ byte) * 0x100000001B3 & MASK
    return h


class Policy:
    """Tables of dicts; texts and digests are bytes, and are pooled here."""

    def __init__(self, name, owner, source, generation=1):
        self.name, self.owner, self.source = name, owner, source
        self.generation = generation
        self.labels, self.patterns, self.groups, self.sinks = [], [], [], []
        self.conditions, self.grants, self.rules = [], [], []
        self.strings = b"\0"

    def text(self, text):
        if not text:
            return 0
        at = len(self.strings)
        self.strings += text + b"\0"
        return at

    def text_at(self, ref):
        return self.strings[ref:self.strings.index(b"\0", ref)]

    def label(self, uuid, name, otherwise, line=0):
        self.labels.append(struct.pack("<16sII8B", uuid, name, line, 0,
                                       *otherwise))

    def sink(self, kind, **k):
        self.sinks.append(dict(dict(
            kind=kind, family=0, prefix=0, proto=0, ports=(0, 0), vendor=0,
            product=0, exact=0, addr=b"", text=0, name=0), **k))

    def condition(self, **k):
        self.conditions.append(dict(dict(
            bytes=0, uses=0, per=0, begin=0, end=0, days=EVERY_DAY), **k))

    def rule(self, verdict, action, label, **k):
        self.rules.append(dict(dict(
            verdict=verdict, action=action, label=label, kind=ANY, subject=0,
            sink=NONE, condition=NONE, flags=0, line=0), **k))

    def shape_of(self, rule):
        """What shapes are sorted by."""
        shape = [0, 0, 0, 0, rule["kind"], int(rule["label"] == ANY_LABEL)]
        if rule["sink"] != NONE:
            s = self.sinks[rule["sink"]]
            shape[0] = s["kind"]
            if s["kind"] == INET:
                shape[1:3] = s["family"], s["prefix"]
                shape[3] = (PROTO if s["proto"] else 0) | \
                    (PORT if s["ports"][0] == s["ports"][1] else 0)
            elif s["kind"] == MEDIA:
                shape[3] = s["exact"]
            elif s["kind"] == OTHER:
                shape[3] = PROTO if s["proto"] else 0
            else:
                shape[3] = TEXT if s["text"] else 0
        return tuple(shape)

    def hashes(self, rule, seed):
        _, _, prefix, exact, _, _ = self.shape_of(rule)
        h, word = seed, 0
        if rule["sink"] != NONE:
            s = self.sinks[rule["sink"]]
            addr = s["addr"].ljust(16, b"\0")
            if prefix:
                h = mix(h, int.from_bytes(addr[:8], "big"))
            if prefix > 64:
                h = mix(h, int.from_bytes(addr[8:], "big"))
            if exact & (TEXT | SERIAL):
                h = mix(h, text_hash(self.text_at(s["text"])))
            word = (s["proto"] if exact & PROTO else 0) | \
                (s["ports"][0] << 8 if exact & PORT else 0) | \
                (s["vendor"] << 24 if exact & VENDOR else 0) | \
                (s["product"] << 40 if exact & PRODUCT else 0)
        h = mix(h, word)
        subjects = [rule["subject"]]
        if rule["kind"] == PROGRAM:
            subjects = [int.from_bytes(digest[:8], "big")
                        for digest in self.groups[rule["subject"]]]
        elif rule["kind"] == CGROUP:
            subjects = [text_hash(self.text_at(rule["subject"]))]
        return [mix(mix(h, subject), rule["action"] | rule["label"] << 8) &
                0xFFFFFFFF for subject in subjects]

    def index(self, seed):
        """Tables of shapes, entries and buckets."""
        found = {}
        for number, rule in enumerate(self.rules):
            shape = found.setdefault(self.shape_of(rule), [0, []])
            shape[0] |= 1 << rule["action"]
            shape[1] += [(h, number) for h in self.hashes(rule, seed)]
        shapes, entries, buckets = b"", [], []
        for key in sorted(found):
            actions, keys = found[key]
            count = 1
            while count < len(keys):
                count *= 2
            sink_kind, family, prefix, exact, kind, label_any = key
            shapes += struct.pack("<6BHII", label_any, kind, sink_kind, family,
                                  prefix, exact, actions, len(buckets),
                                  count - 1)
            for bucket in range(count):
                buckets.append(len(entries))
                entries += sorted(k for k in keys if k[0] % count == bucket)
            buckets.append(len(entries))
        return (shapes, b"".join(struct.pack("<II", *e) for e in entries),
                struct.pack("<%dI" % len(buckets), *buckets))

    def pack(self):
        seed = int.from_bytes(self.source[:4], "little")
        flags = meters = first = 0
        groups = conditions = b""
        for digests in self.groups:
            groups += struct.pack("<4I", 0, first, len(digests), 0)
            first += len(digests)
        for c in self.conditions:
            meter = NONE
            if c["bytes"] or c["uses"]:
                meter, meters, flags = meters, meters + 1, flags | 1
            if c["begin"] != c["end"] or c["days"] != EVERY_DAY:
                flags |= 2
            conditions += struct.pack("<QQIIHHB3x", c["bytes"], c["uses"],
                                      c["per"], meter, c["begin"], c["end"],
                                      c["days"])
        if any(r["kind"] == CGROUP for r in self.rules):
            flags |= 4
        sinks = b"".join(struct.pack(
            "<4BHHHHB3x16sII", s["kind"], s["family"], s["prefix"], s["proto"],
            *s["ports"], s["vendor"], s["product"], s["exact"], s["addr"],
            s["text"], s["name"]) for s in self.sinks)
        rules = b"".join(struct.pack(
            "<4B5I", r["verdict"], r["action"], r["kind"], r["label"],
            r["subject"], r["sink"], r["condition"], r["flags"], r["line"])
            for r in self.rules)
        shapes, entries, buckets = self.index(seed)
        tables = [(b"".join(self.labels), 32),
                  (b"".join(struct.pack("<II", *p) for p in self.patterns), 8),
                  (groups, 16), (b"".join(b"".join(g) for g in self.groups), 32),
                  (sinks, 40), (conditions, 32),
                  (b"".join(struct.pack("<4I", *g, 0, 0)
                            for g in self.grants), 16),
                  (rules, 24), (shapes, 16), (entries, 8), (buckets, 4),
                  (self.strings, 1)]
        body = b"".join(table for table, _ in tables)
        head = struct.pack("<8sIIQ32s32s64sII12I", b"SHNRPOL", 1,
                           208 + len(body), self.generation, self.owner,
                           self.source, self.name, seed, flags,
                           *(len(table) // size for table, size in tables))
        return head + body


def sound():
    """The policy of kernel/policy_sound.h."""
    key = bytes([0x5E, 0xED])
    p = Policy(b"golden", key, key)
    name = p.text(b"label")
    p.label(bytes([1]), name, [3] * 7)
    p.label(bytes([2]), name, [2] * 7)
    p.patterns.append((0, p.text(b"/srv/**")))
    p.groups = [[bytes([1]) * 32, bytes([3]) * 32], [bytes([2]) * 32]]
    p.grants.append((0, 0))
    p.sink(INET, family=4, prefix=12, proto=6, ports=(443, 443),
           addr=bytes([10, 16]))
    p.sink(INET, ports=(0, 65535))
    p.sink(MEDIA, vendor=0x951, exact=VENDOR | SERIAL, text=p.text(b"A1"))
    p.sink(FILESYSTEM)
    p.sink(LOCAL, text=p.text(b"/run/x"))
    p.sink(OTHER, proto=40)
    p.sinks += [dict(p.sinks[i]) for i in (0, 2, 4, 5)]
    p.condition(uses=3)
    p.condition(begin=60)
    p.rule(1, 3, 0, kind=PROGRAM, sink=6, condition=0)
    p.rule(3, 3, ANY_LABEL, kind=USER, subject=1000, sink=1, condition=1)
    p.rule(2, 3, 1, kind=CGROUP, subject=p.text(b"/a/b"), flags=1)
    p.rule(1, 3, 1, sink=7)
    p.rule(1, 3, ANY_LABEL, sink=8)
    p.rule(1, 3, ANY_LABEL, sink=9)
    return p


if __name__ == "__main__":
    import hashlib
    print(hashlib.sha256(sound().pack()).hexdigest())
