# SPDX-License-Identifier: MIT
"""Watches a verifier and its simulated fleet for some time; prints JSON.

usage: fleet.py PORT PID DEVICES PERIOD SECONDS ROGUES EMPTY-KIB WARM-UP [TIMES]

Standard input has the simulator's answers, descriptor 3 takes its commands.  Devices
go wrong one after the other, at random times; each is well again once it was named.
It is measured after WARM-UP seconds: the simulator makes as many handshakes in the
first period as the verifier does, on the same machine.  TIMES: where verify_time.c
counts.
"""
import http.client
import json
import os
import random
import ssl
import struct
import sys
import time

port, pid, devices, period, seconds, rogues, empty, warm = map(
    int, sys.argv[1:9])
TIMES = sys.argv[9] if len(sys.argv) > 9 else None
TICK = os.sysconf("SC_CLK_TCK")
POLL = 0.1  # s


def connect():
    context = ssl.create_default_context(cafile="ca.pem")
    context.load_cert_chain("reader.pem", "reader.key")
    context.check_hostname = False
    return http.client.HTTPSConnection("127.0.0.1", port, context=context)


def ask(path):
    return json.loads(get("/v1/" + path))


def get(path):
    conn.request("GET", path)
    answer = conn.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status} {body.decode()}")
    return body.decode()


def metrics():
    """Numbers since the start, by name and labels."""
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
            for line in get("/metrics").splitlines() if line[0] != "#"}


def quantile(now, then, part):
    """Of the questions between two times: ms that so many took at most."""
    name = "shinrai_question_seconds"
    count = now[name + "_count"] - then[name + "_count"]
    for key in now:
        if key.startswith(name + "_bucket") and \
                now[key] - then[key] >= part * count:
            return float(key.split('"')[1]) * 1000
    return None


def sim(command):
    os.write(3, (command + "\n").encode())
    return sys.stdin.readline().strip()


def used():
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def verifying():
    """CPU time of the verification of quotes so far, s, and how many there were."""
    with open(TIMES, "rb") as f:
        ns, calls = struct.unpack("=QQ", f.read())
    return ns / 1e9, calls


def anonymous():
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith("RssAnon"))


class Rogue:
    """The device that is wrong now, if there is one."""

    def __init__(self):
        self.name = None
        self.took = []

    def begin(self):
        number = random.randrange(devices)
        self.name = f"dev-{number}"
        sim(f"rogue {number}")
        self.since = time.monotonic()

    def look(self):
        if self.name and ask(f"devices/{self.name}")["state"] == "untrusted":
            self.took.append(time.monotonic() - self.since)
            sim("reboot " + self.name[4:])
            self.healing.append((self.name, time.monotonic()))
            self.name = None

    healing = []

    def known(self):
        now = time.monotonic()
        self.healing[:] = [h for h in self.healing
                           if now - h[1] < 2 * period + 1]
        return {self.name} | {h[0] for h in self.healing}


conn = connect()
rogue = Rogue()
alarms = set()
time.sleep(warm)
first = metrics()
begun = time.monotonic()
cpu = used()
ecdsa = verifying() if TIMES else None
looked = 0
started = 0
# What went wrong late has its time, too.
while time.monotonic() - begun < seconds or len(rogue.took) < rogues:
    elapsed = time.monotonic() - begun
    if not rogue.name and started < rogues and \
            elapsed >= started * (seconds - 2 * period) / rogues:
        rogue.begin()
        started += 1
    rogue.look()
    if elapsed - looked >= min(period, 1):
        looked = elapsed
        for state in ("untrusted", "unknown", "unreachable", "new"):
            alarms |= {d["name"] for d in ask(f"devices?state={state}")["devices"]
                       } - rogue.known()
    if elapsed > 1.5 * seconds + 3 * period:
        break
    time.sleep(POLL)
elapsed = time.monotonic() - begun
last = metrics()
cpu = used() - cpu
timed = {}
if TIMES:
    took, calls = (now - then for now, then in zip(verifying(), ecdsa))
    timed = {"ecdsa_verifications": calls, "ecdsa_cpu_s": round(took, 3),
             "ecdsa_share_of_cpu": round(took / cpu, 3)}
done = int(sum(last[key] - first[key] for key in last
               if key.startswith("shinrai_appraisals_total")))
print(json.dumps({
    "devices": devices, "period_s": period, "seconds": round(elapsed, 1),
    "judgements": done, "judgements_per_s": round(done / elapsed, 1),
    "warm_up_s": warm,
    "late": int(last["shinrai_appraisals_late_total"]
                - first["shinrai_appraisals_late_total"]),
    "failed": int(last["shinrai_question_failures_total"]
                  - first["shinrai_question_failures_total"]),
    "latency_ms": {"p50": quantile(last, first, 0.5),
                   "p99": quantile(last, first, 0.99)},
    "false_alarms": sorted(alarms),
    "rogues": started, "named": len(rogue.took),
    "named_within_s": round(max(rogue.took), 1) if rogue.took else None,
    "cpu_s": round(cpu, 2), "cpu_share": round(cpu / elapsed, 3),
    "anonymous_kib": anonymous(), "empty_kib": empty, **timed,
    "sim": json.loads(sim("stats"))}))
