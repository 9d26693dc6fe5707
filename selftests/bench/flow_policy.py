#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A policy of COUNT rules for the flow benchmark, on standard output.

usage: flow_policy.py COUNT

The last rule is the one that is needed: it lets the label "bench" go to
127.0.0.1.  The others are of the kinds that a large owner would have: hosts,
networks of many sizes, ports, users, media; none of them fits what is timed.
"""
import random
import sys

LABELS = 16
random.seed(20)


def network():
    """Not loopback: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, IPv6"""
    bits = random.choice([16, 20, 22, 24, 26, 28, 30, 32])
    base = random.choice([10 << 24, 172 << 24 | 16 << 16, 192 << 24 | 168 << 16])
    host = base | random.getrandbits(16 if base >> 24 == 192 else 20)
    host &= ~((1 << 32 - bits) - 1)
    if random.random() < 0.2:
        return "2001:db8:%x:%x::/64" % (random.getrandbits(16),
                                        random.getrandbits(16))
    return "%s/%d" % (".".join(str(host >> n & 255) for n in (24, 16, 8, 0)),
                      bits)


def port():
    return random.choice(["", " port %d" % random.randint(1, 65535),
                          " port %d/tcp" % random.randint(1, 65535)])


def subject():
    return random.choice(["any", "any", "user %d" % random.randint(1000, 60000)])


def rule():
    verdict = random.choice(["allow", "allow", "deny", "audit"])
    label = random.choice(["bench"] + ["l%d" % n for n in range(1, LABELS)])
    what = random.random()
    if what < 0.8:
        return "%s %s send %s to %s%s" % (verdict, subject(), label, network(),
                                          port())
    if what < 0.9:
        return "%s %s export %s to usb %04x:%04x" % (
            verdict, subject(), label, random.getrandbits(16),
            random.getrandbits(16))
    return "%s user %d read, delete %s" % (
        verdict, random.randint(1000, 60000), label)


def uuid(n):
    return "00000000-0000-4000-8000-%012d" % n


def main():
    # One statement may stand for several rules: counted as the compiler does.
    count, rules, seen = int(sys.argv[1]), 1, set()
    print("# SPDX-License-Identifier: MIT\npolicy acme generation %d" % count)
    print("label bench %s" % uuid(0))
    for n in range(1, LABELS):
        print("label l%d %s" % (n, uuid(n)))
    # The figures leave the machine by a device, from a process with the label.
    print("default bench export allow")
    while rules < count:
        text = rule()
        size = 2 if "read, delete" in text else 1
        if text in seen or rules + size > count:
            continue
        seen.add(text)
        rules += size
        print(text)
    print("allow any send bench to 127.0.0.1")


main()
