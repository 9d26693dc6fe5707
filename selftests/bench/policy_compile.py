#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a policy of many rules, and the same lines as a JSON array.

usage: policy_compile.py RULES POLICY JSON
"""
import json
import random
import sys

count = int(sys.argv[1])
r = random.Random(1)
lines = ["policy bench generation 1"]
for i in range(20):
    lines.append(f'label data{i} 6f1c2a9e-0000-4000-8000-{i + 1:012x}'
                 f' path "/srv/data{i}/**" "/home/*/data{i}/*.dat"')
for i in range(50):
    lines.append(f"program prog{i} sha256:{r.getrandbits(256):064x}")
for i in range(100):
    lines.append(f"network net{i} 10.{i}.0.0/16")
for i in range(50):
    lines.append(f'media disk{i} usb {i + 1:04x}:{i + 2:04x} serial "S{i}"')
lines.append("time office mon-fri 08:00-18:00")


def rule(i):
    label = f"data{i % 20}"
    who = r.choice(["any", f"program prog{i % 50}",
                    f"user {1000 + i % 500}",
                    f'cgroup "/system.slice/service{i % 40}.service"'])
    verdict = r.choice(["allow", "allow", "audit", "deny"])
    shape = i % 5
    if shape == 0:
        return f"{verdict} {who} export {label} to disk{i % 50}"
    if shape == 1:
        return f"{verdict} {who} send {label} to net{i % 100}" \
            f" port {1 + i % 60000}/tcp"
    if shape == 2:
        return f"{verdict} {who} send {label} to 192.168.{i // 256 % 256}." \
            f"{i % 256} port 443/tcp when office"
    if shape == 3:
        return f"allow {who} send {label} to net{i % 100} port {1 + i % 60000}" \
            " limit 10MiB per 1d notify"
    return f"{verdict} {who} send {label} to local \"/run/socket{i}\""


for i in range(count):
    lines.append(rule(i))
with open(sys.argv[2], "w", encoding="ascii") as f:
    f.write("\n".join(lines) + "\n")
with open(sys.argv[3], "w", encoding="ascii") as f:
    json.dump(lines, f, separators=(",\n", ":"))
