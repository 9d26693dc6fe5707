#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second reading of shinrai-policy(5): what a correct policy says to accesses.

usage: oracle.py POLICY CASES     print the cases with their answers

A case is a line: LABEL[,LABEL]... ACTION [KEY=VALUE]... [charge], then
" -> VERDICT LINE [notify]"; LINE is that of the rule, or 0 for a default.
Cases of a file are asked in their order, and what "charge" consents to counts.
It shares nothing with the compiler and does not look for mistakes.
"""
import datetime
import ipaddress
import re
import sys

ACTIONS = ["read", "write", "send", "export", "derive", "delete", "trace"]
SEVERITY = {"allow": 1, "audit": 2, "deny": 3}
BUILTIN = {"read": "allow", "derive": "allow", "delete": "allow",
           "write": "deny", "send": "deny", "export": "deny", "trace": "deny"}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132, "dccp": 33, "udplite": 136,
             "icmp": 1, "icmpv6": 58}
FAMILIES = {"netlink": 16, "packet": 17, "vsock": 40, "bluetooth": 31,
            "can": 29, "alg": 38, "xdp": 44, "tipc": 30, "rds": 21, "smc": 43,
            "key": 15, "nfc": 39, "qipcrtr": 42, "pppox": 24, "x25": 9,
            "ax25": 3, "appletalk": 5, "ipx": 4, "llc": 26, "kcm": 41,
            "rxrpc": 33, "phonet": 35, "ieee802154": 36}
SIZES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
         "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
SPANS = {"s": 1, "second": 1, "seconds": 1, "min": 60, "minute": 60,
         "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600, "d": 86400,
         "day": 86400, "days": 86400, "w": 604800, "week": 604800,
         "weeks": 604800}
CLAUSES = {"to", "when", "limit", "rate", "notify"}


def statements(text):
    """Yields (line number, words); a string is a tuple of one text."""
    text = text.lstrip("\ufeff")
    words, begun, number = [], 0, 0
    for raw in text.split("\n"):
        number += 1
        raw = raw.rstrip("\r")
        begun = begun or number
        more = False
        while raw:
            m = re.match(r'[ \t]+|#.*|,|"((?:[^"\\]|\\.)*)"|\\[ \t]*$|'
                         r'[^ \t,"#\\]+', raw)
            token = m.group(0)
            raw = raw[m.end():]
            if token[0] in " \t#":
                continue
            if token[0] == "\\":
                more = True
            elif token[0] == '"':
                words.append((re.sub(r"\\(.)", r"\1", m.group(1)),))
            else:
                words.append(token)
        if not more:
            if words:
                yield begun, words
            words, begun = [], 0


def glob(pattern):
    """A pattern of paths as a regular expression."""
    out, i = "", 0
    while i < len(pattern):
        c = pattern[i]
        if pattern[i:i + 4] == "/**/":
            out += "/(?:.*/)?"
            i += 4
            continue
        if pattern[i:i + 2] == "**":
            out += ".*"
            i += 2
            continue
        if c == "[":
            end = pattern.index("]", i + 2 if pattern[i + 1] not in "!^"
                                else i + 3)
            inner = pattern[i + 1:end]
            negate = inner[0] in "!^"
            inner = inner[1:] if negate else inner
            out += "(?!/)[" + ("^" if negate else "") + \
                re.sub(r"([\\\[\]^&~|])", r"\\\1", inner) + "]"
            i = end + 1
            continue
        if c == "\\":
            i += 1
            out += re.escape(pattern[i])
        else:
            out += {"*": "[^/]*", "?": "[^/]"}.get(c, re.escape(c))
        i += 1
    return re.compile(out + r"\Z", re.S)


class Policy:
    def __init__(self, text, folder="."):
        self.folder = folder
        self.labels, self.names, self.rules = {}, {}, []
        self.every, self.own = {}, {}
        for number, words in statements(text):
            self.words, self.number = words, number
            word = self.take()
            if word in SEVERITY:
                self.rule(word)
            else:
                getattr(self, "do_" + word)()
            assert not self.words, (number, self.words)

    def take(self):
        return self.words.pop(0)

    def next_is(self, *words):
        return bool(self.words) and self.words[0] in words

    def list_of(self, one):
        items = [one()]
        while self.next_is(","):
            self.take()
            items.append(one())
        return items

    def do_policy(self):
        self.name = self.take()
        assert self.take() == "generation"
        self.generation = int(self.take())

    def do_label(self):
        name = self.take()
        self.labels[name] = len(self.labels)
        self.take()
        self.words = []

    def label_list(self):
        if self.next_is("all"):
            self.words = self.words[2:]
            return None
        return self.list_of(self.take)

    def do_default(self):
        labels = self.label_list()
        while True:
            action, verdict = self.take(), self.take()
            for label in labels or [None]:
                if labels:
                    self.own[label, action] = verdict
                else:
                    self.every[action] = verdict
            if not self.next_is(","):
                return
            self.take()

    def default(self, label, action):
        return self.own.get((label, action),
                            self.every.get(action, BUILTIN[action]))

    def do_program(self):
        name, digests = self.take(), set()
        while self.words:
            word = self.take()
            if word == "from":
                entries = open(f"{self.folder}/{self.take()[0]}",
                               encoding="utf-8").read().split("\n")
                while self.words and isinstance(self.words[0], tuple):
                    pattern = glob(self.take()[0])
                    for line in entries:
                        if not line or line[0] == "#":
                            continue
                        digest, kind, path = line.split(" ", 2)
                        if kind in ("exec", "script", "any") and \
                                pattern.match(path):
                            digests.add(digest)
            else:
                digests.add(word[len("sha256:"):].lower())
        self.names[name] = digests

    def do_network(self):
        name = self.take()
        self.names[name] = [("net", ipaddress.ip_network(w))
                            for w in self.words]
        self.words = []

    def device(self):
        usb = serial = None
        if self.next_is("usb"):
            self.take()
            usb = [int(x, 16) for x in self.take().split(":")]
        if self.next_is("serial"):
            self.take()
            serial = self.take()[0]
        return ("media", usb, serial)

    def do_media(self):
        name, devices = self.take(), []
        while self.words:
            devices.append(self.device())
        self.names[name] = devices

    def do_time(self):
        name = self.take()
        self.names[name] = self.window()

    def window(self):
        days, clock = set(), (0, 1440)
        if self.next_is("daily"):
            self.take()
            days = set(range(7))
        elif self.words[0][0].isdigit():
            days = set(range(7))
        else:
            for item in self.list_of(self.take):
                first, last = (item.split("-") * 2)[:2]
                day, last = DAYS.index(first), DAYS.index(last)
                while day != last:
                    days.add(day)
                    day = (day + 1) % 7
                days.add(day)
        if self.words and isinstance(self.words[0], str) and \
                self.words[0][0].isdigit():
            clock = tuple(int(x[:2]) * 60 + int(x[3:])
                          for x in self.take().split("-"))
        return days, clock

    def do_grant(self):
        self.words = []  # grants decide no access

    def program(self):
        word = self.take()
        if word.startswith("sha256:"):
            return {word[7:].lower()}
        return self.names[word]

    def subject(self):
        kind = self.take()
        if kind == "any":
            return [("any", None)]
        one = {"program": self.program, "user": lambda: int(self.take()),
               "cgroup": lambda: self.take()[0]}[kind]
        return [(kind, x) for x in self.list_of(one)]

    def ports(self):
        if self.next_is("protocol"):
            self.take()
            word = self.take()
            return [(0, 65535, PROTOCOLS.get(word) or int(word))]
        if not self.next_is("port"):
            return [(0, 65535, 0)]
        self.take()
        found = []
        for word in self.list_of(self.take):
            word, _, proto = word.partition("/")
            first, last = (word.split("-") * 2)[:2]
            proto = PROTOCOLS.get(proto) or int(proto or 0)
            found.append((int(first), int(last), proto))
        return found

    def destination(self):
        word = self.words[0]
        if word in ("usb", "serial"):
            return [self.device()]
        self.take()
        if word == "filesystem":
            word = self.take()
            return [("filesystem", word if isinstance(word, str) else word[0])]
        if word == "local":
            string = self.words and isinstance(self.words[0], tuple)
            return [("local", self.take()[0] if string else None)]
        if word == "other":
            if not self.words or self.words[0] in CLAUSES:
                return [("other", None)]
            word = self.take()
            return [("other", FAMILIES.get(word) or int(word))]
        if word == "anywhere":
            places = [("net", None)]
        elif word[0].isdigit() or ":" in word:
            places = [("net", ipaddress.ip_network(word))]
        else:
            places = self.names[word]
            if places[0][0] == "media":
                return places
        return [p + (port,) for port in self.ports() for p in places]

    def amount(self, units):
        word = self.take()
        number = re.match("[0-9]*", word).group(0)
        unit = word[len(number):] or self.take()
        return int(number or 1), unit, units.get(unit)

    def limit(self, word):
        limit = {"bytes": 0, "uses": 0, "per": 0, "since": 0, "used": 0,
                 "moved": 0}
        if word == "rate":
            limit["uses"] = int(self.take())
        else:
            def one():
                n, unit, size = self.amount(SIZES)
                limit["uses" if unit in ("use", "uses") else "bytes"] = \
                    n * (size or 1)
            self.list_of(one)
        if self.next_is("per"):
            self.take()
            n, _, span = self.amount(SPANS)
            limit["per"] = n * span
        return limit

    def rule(self, verdict):
        r = {"verdict": verdict, "line": self.number,
             "who": self.subject(), "actions": self.list_of(self.take),
             "labels": self.label_list(), "to": None, "when": None,
             "limit": None, "notify": False}
        while self.words:
            word = self.take()
            if word == "to":
                r["to"] = self.destination()
            elif word == "when":
                if self.words[0] in self.names:
                    r["when"] = self.names[self.take()]
                else:
                    r["when"] = self.window()
            elif word == "notify":
                r["notify"] = True
            else:
                r["limit"] = self.limit(word)
        self.rules.append(r)

    # Judging

    @staticmethod
    def who_matches(who, a):
        kind, what = who
        if kind == "any":
            return True
        if kind == "program":
            return a.get("program") in what
        if kind == "user":
            return int(a.get("user", 0)) == what
        path = a.get("cgroup", "/")
        return what in ("/", path) or path.startswith(what + "/")

    @staticmethod
    def net_matches(to, a):
        _, net, (first, last, proto) = to
        address, port, protocol = a["to"]
        return ((net is None or (address.version == net.version and
                                 address in net)) and
                first <= port <= last and proto in (0, protocol))

    def to_matches(self, to, a):
        if to[0] == "net":
            return "to" in a and self.net_matches(to, a)
        if to[0] == "media":
            if "media" not in a:
                return False
            vendor, product, serial = a["media"]
            return ((to[1] is None or [vendor, product][:len(to[1])] == to[1])
                    and to[2] in (None, serial))
        if to[0] == "other":
            return "family" in a and to[1] in (None, a["family"])
        return to[0] in a and to[1] in (None, a[to[0]])

    @staticmethod
    def in_window(window, a):
        days, (begin, end) = window
        minute = a["at"] // 60 % 1440
        day = (a["at"] // 86400 + 3) % 7
        if begin < end:
            return day in days and begin <= minute < end
        return (day in days and minute >= begin) or \
            ((day - 1) % 7 in days and minute < end)

    @staticmethod
    def has_room(limit, a):
        used, moved = limit["used"], limit["moved"]
        if limit["per"] and a["at"] - limit["since"] >= limit["per"]:
            used = moved = 0
        if limit["uses"] and used >= limit["uses"]:
            return False
        return not limit["bytes"] or (moved < limit["bytes"] and
                                      moved + a["bytes"] <= limit["bytes"])

    def matches(self, r, label, a):
        return (a["action"] in r["actions"] and
                (r["labels"] is None or label in r["labels"]) and
                any(self.who_matches(w, a) for w in r["who"]) and
                (r["to"] is None or
                 any(self.to_matches(t, a) for t in r["to"])) and
                (r["when"] is None or self.in_window(r["when"], a)) and
                (r["limit"] is None or self.has_room(r["limit"], a)))

    def charge(self, rules, a):
        limits = {id(r["limit"]): r["limit"] for r in rules
                  if r and r["limit"]}
        for limit in limits.values():
            if not limit["used"] or (limit["per"] and
                                     a["at"] - limit["since"] >= limit["per"]):
                limit.update(since=a["at"], used=0, moved=0)
            limit["used"] += 1
            limit["moved"] += a["bytes"]

    def judge(self, a):
        answers = []
        for label in sorted(a["labels"], key=self.labels.get):
            found = [r for r in self.rules if self.matches(r, label, a)]
            best = max(found, key=lambda r: (SEVERITY[r["verdict"]],
                                             -r["line"]), default=None)
            verdict = best["verdict"] if best else \
                self.default(label, a["action"])
            answers.append((verdict, best))
        verdict, best = max(answers, key=lambda x: SEVERITY[x[0]])
        notify = any(r and r["notify"] for _, r in answers)
        if a["charge"] and verdict != "deny":
            self.charge([r for _, r in answers], a)
        return "%s %d%s" % (verdict, best["line"] if best else 0,
                            " notify" if notify else "")


def parse_inet(text):
    text, _, proto = text.partition("/")
    proto = PROTOCOLS.get(proto) or int(proto or 0)
    port = "0"
    if text[0] == "[":
        text, _, port = text[1:].partition("]")
        port = port[1:] or "0"
    elif text.count(":") == 1:
        text, port = text.split(":")
    return ipaddress.ip_address(text), int(port), proto


def parse_case(line):
    words = line.split(" -> ")[0].split()
    a = {"labels": words[0].split(","), "action": words[1], "bytes": 0,
         "at": 1700000000, "charge": "charge" in words[2:]}
    for word in words[2:]:
        key, _, value = word.partition("=")
        if key in ("cgroup", "program", "user", "filesystem", "local"):
            a[key] = value
        elif key == "bytes":
            a["bytes"] = int(value)
        elif key == "at":
            a["at"] = int(datetime.datetime.strptime(
                value, "%Y-%m-%dT%H:%M:%SZ").replace(
                    tzinfo=datetime.timezone.utc).timestamp())
        elif key == "to":
            a["to"] = parse_inet(value)
        elif key == "family":
            a["family"] = FAMILIES.get(value) or int(value)
        elif key == "media":
            vendor, product, serial = (value.split(":", 2) + [""])[:3]
            a["media"] = int(vendor, 16), int(product, 16), serial
    return a


def answer(policy_path, cases_path, out):
    folder = policy_path.rpartition("/")[0] or "."
    with open(policy_path, encoding="utf-8", newline="") as f:
        policy = Policy(f.read(), folder)
    with open(cases_path, encoding="utf-8") as f:
        for line in f.read().split("\n"):
            if not line or line[0] == "#":
                out.append(line)
                continue
            got = policy.judge(parse_case(line))
            out.append(line.split(" -> ")[0] + " -> " + got)


if __name__ == "__main__":
    lines = []
    answer(sys.argv[1], sys.argv[2], lines)
    sys.stdout.write("\n".join(lines))
