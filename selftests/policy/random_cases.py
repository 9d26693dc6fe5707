#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random policies and accesses, with what selftests/policy/oracle.py answers.

usage: random_cases.py SEED COUNT DIR
"""
import datetime
import random
import re
import sys

from oracle import ACTIONS, answer


class Random:
    """Policies and accesses that often meet."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.digests = ["%064x" % self.r.getrandbits(256) for _ in range(4)]
        self.nets = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3",
                     "2001:db8::/32", "2001:db8::1", "0.0.0.0/0", "::/0"]

    def pick(self, *items):
        return self.r.choice(items)

    def some(self, items, most=2):
        return self.r.sample(items, self.r.randint(1, most))

    def subject(self):
        return self.pick(
            *["any"] * 8, "program a", "program b, a",
            "program sha256:" + self.r.choice(self.digests),
            "user " + ", ".join(self.some(["0", "7", "1000"])),
            'cgroup "/a"', 'cgroup "/a/b", "/c"', 'cgroup "/"')

    def port(self):
        return self.pick("", "", " port 443", " port 443/tcp", " port 1-500",
                         " port 80/tcp, 53-60/udp", " protocol udp",
                         " port 53/17", " protocol 99")

    def where(self, action):
        if self.r.random() < 0.2:
            return ""
        if action == "send":
            return " to " + self.pick(
                "plant" + self.port(), "six" + self.port(),
                "anywhere" + self.port(),
                self.r.choice(self.nets) + self.port(),
                "local", 'local "/run/s"', "other", "other netlink",
                "other 99")
        if action == "export":
            return " to " + self.pick("stick", "pair", "usb 0781",
                                      "usb 0781:5567", 'serial "S1"',
                                      'usb 0951:1666 serial "S2"')
        if action == "write":
            return " to filesystem " + self.pick("vfat", "nfs", '"fuse.x y"')
        return ""

    def clauses(self, action, verdict):
        out = ""
        if self.r.random() < 0.3:
            out += " when " + self.pick(
                "office", "night", "mon-fri", "sat-mon 10:00-24:00",
                "wed, fri 00:00-12:00", "daily 09:00-17:30", "23:00-01:00")
        if verdict != "deny" and self.r.random() < 0.3:
            sized = action in ("send", "write", "export")
            out += " " + self.pick("limit 2 uses", "rate 3 per minute",
                                   "limit 2 uses per 1h", *(
                                       ["limit 100B per 1d", "limit 1 kB",
                                        "limit 150 B, 3 uses per 2 h"]
                                       if sized else []))
        if self.r.random() < 0.2:
            out += " notify"
        return out

    def policy(self):
        a, b = self.digests[:2]
        lines = [
            "policy acme generation %d" % self.r.randint(1, 9),
            "label x 6f1c2a9e-0000-4000-8000-000000000001",
            'label y 6f1c2a9e-0000-4000-8000-000000000002 path "/srv/**"',
            "label z 6f1c2a9e-0000-4000-8000-000000000003",
            f"program a sha256:{a} sha256:{b}", f"program b sha256:{b}",
            "network plant 10.1.0.0/16 192.0.2.7 2001:db8::/32",
            "network six 2001:db8::/48 ::1",
            'media stick usb 0781:5567 serial "S1"',
            'media pair usb 0951 usb 0781:5567 serial "S2"',
            "time office mon-fri 08:00-18:00", "time night daily 22:00-06:00",
        ]
        for label in ("x", "y", "all labels"):
            if self.r.random() < 0.5:
                actions = self.some(ACTIONS)
                lines.append(f"default {label} " + ", ".join(
                    f"{x} {self.pick('allow', 'audit', 'deny')}"
                    for x in actions))
        for _ in range(self.r.randint(0, 25)):
            verdict = self.pick("allow", "allow", "audit", "deny")
            action = self.r.choice(ACTIONS)
            actions = action
            where = self.where(action)
            if not where and self.r.random() < 0.3:
                action = "read"
                actions = ", ".join(self.some(ACTIONS, 3))
            labels = self.pick("x", "y", "x, z", "z, y, x", "all labels")
            lines.append(f"{verdict} {self.subject()} {actions} {labels}"
                         f"{where}{self.clauses(action, verdict)}")
        return "\n".join(lines) + "\n"

    def case(self):
        action = self.r.choice(ACTIONS)
        out = ",".join(self.some(["x", "y", "z"], 3)) + " " + action
        if action == "send":
            port = self.pick("", ":443", ":80", ":55", ":0")
            proto = self.pick("", "/tcp", "/udp", "/99")
            v4 = self.pick("10.1.2.3", "10.1.9.9", "10.9.9.9", "192.0.2.7",
                           "8.8.8.8")
            v6 = self.pick("2001:db8::1", "2001:db8:1::1", "::1", "fe80::1")
            out += self.pick(f" to={v4}{port}{proto}", f" to={v4}{port}{proto}",
                             f" to=[{v6}]{port}{proto}", " local=/run/s",
                             " local=/run/t", " family=netlink", " family=99")
        elif action == "export":
            out += " media=" + self.pick("0781:5567:S1", "0781:5567:S2",
                                         "0781:5568", "0951:1666:S2",
                                         "0951:0001", "1234:0001:S1")
        elif action == "write":
            out += " filesystem=" + self.pick("vfat", "nfs", "ext2")
        if self.r.random() < 0.5:
            out += " program=" + self.r.choice(self.digests)
        if self.r.random() < 0.5:
            out += " user=" + self.pick("0", "7", "1000", "1001")
        if self.r.random() < 0.5:
            out += " cgroup=" + self.pick("/a", "/a/b", "/a/bc", "/ab", "/c/d",
                                          "/d")
        at = datetime.datetime(
            2026, 11, self.r.randint(20, 29),
            self.r.choice([0, 1, 5, 6, 7, 8, 9, 10, 12, 17, 18, 22, 23]),
            self.r.choice([0, 0, 29, 30, 59]), self.r.choice([0, 59]))
        out += " at=" + at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if action in ("send", "write", "export"):
            out += " bytes=%d" % self.r.choice([0, 1, 60, 100, 101, 1000])
        return out + (" charge" if self.r.random() < 0.5 else "")


def write_random(seed, count, folder):
    r = Random(seed)
    for i in range(count):
        path = f"{folder}/{i:05}"
        with open(path + ".policy", "w", encoding="utf-8") as f:
            f.write(r.policy())
        cases = sorted((r.case() for _ in range(60)),
                       key=lambda c: re.search("at=[^ ]*", c).group(0))
        with open(path + ".cases", "w", encoding="utf-8") as f:
            f.write("\n".join(cases) + "\n")
        out = []
        answer(path + ".policy", path + ".cases", out)
        with open(path + ".cases", "w", encoding="utf-8") as f:
            f.write("\n".join(out))


if __name__ == "__main__":
    write_random(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
