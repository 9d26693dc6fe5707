#!/bin/bash
# SPDX-License-Identifier: MIT
# The PCRs of every bank are what a replay of /dev/shinrai's bytes adds up to.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes timeout=120
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
BANKS = ["sha1", "sha256", "sha384", "sha512"]
zero = {(b, p): bytes(hashlib.new(b).digest_size) for b in BANKS
        for p in (12, 13)}


def refused(data):
    try:
        for r in split(data):
            r.check()
    except Bad:
        return True
    return False


# Programs, a script, and what goes to the other PCR: a violation.
with open("/tmp/script", "w") as f:
    f.write("#!/usr/bin/busybox true\n")
os.chmod("/tmp/script", 0o755)
subprocess.run(["/tmp/script"], check=True)
helper("flood", "/tmp", 40, 1)
helper("tiny", "/tmp/busy", 1000)
with open("/tmp/busy", "r+b"):
    helper("map", "/tmp/busy")

tpm_values()  # the programs that ask are measured, too
subprocess.run(["shinrai-verify", "--help"], stdout=subprocess.DEVNULL)
log = settled()
tpm = tpm_values()
dev = Device()
data = dev.raw()
t.ok("records are numbered from 0 without a gap",
     [r.num for r in log] == list(range(len(log))))
t.ok("START is record 0, ARM is record 1",
     [r.type for r in log[:2]] == [START, ARM])
t.ok("one event of START, and it is START's",
     [e.type for e in log[0].events] == [EV_START])
t.ok("ARM's first event is ARM's", log[1].events[0].type == EV_ARM)
t.ok("ARM counts the RUNNING and MODULE events",
     log[1].events[0].num(RUNNING) == len(events(log, EV_RUNNING, EV_MODULE)))
t.ok("no START or ARM after them",
     not [r for r in log[2:] if r.type in (START, ARM)] and
     not events(log[2:], EV_START, EV_ARM))
t.ok("one boot id", {r.boot for r in log} == {bytes.fromhex(
    sysfs("boot_id"))})
t.ok("time never goes back",
     all(a.time <= b.time for a, b in zip(log, log[1:])))
t.ok("each record has a digest for each bank of the TPM",
     all([ALGS[a] for a, _ in r.digests] and
         sorted(ALGS[a] for a, _ in r.digests) == BANKS for r in log),
     log[0].digests)
bad = []
for r in log:
    try:
        r.check()
    except Bad as e:
        bad.append(e)
t.ok("digests, leaves and roots are right in all %d records" % len(log),
     not bad, *bad)
t.ok("START found the PCRs empty",
     value_list(log[0].events[0].fields[PCR_VALUES]) == zero)
t.ok("both PCRs were extended",
     {r.pcr for r in log} == {12, 13} and "00" * 32 not in tpm.values())
t.ok("the TPM holds what the replay gives, in every bank",
     replay(log) == tpm and len(tpm) == 8, replay(log), tpm)
records, values = dev.flush()
t.ok("FLUSH returns the same values", values == tpm and records >= len(log))
with open("/tmp/log", "wb") as f:
    f.write(data)
said = subprocess.run(["shinrai-verify", "replay", "cel", "--json",
                       "/tmp/log"], stdout=subprocess.PIPE)
with open(os.environ["OUT"] + "/replay.json", "wb") as f:
    f.write(said.stdout)
with open(os.environ["OUT"] + "/log.cel", "wb") as f:
    f.write(data)
t.ok("shinrai-verify replays it to the same values", said.returncode == 0 and
     all(v in said.stdout.decode() for v in tpm.values()), said.stdout)

# This reader can tell: each byte of a record that is changed is noticed,
# but for the record's own list of digests, which the replay catches.
one = [r for r in log if r.type == EVENTS][0]
start = sum(r.size for r in log[:one.num])
size = one.size
unnoticed = []
for i in range(start, start + size):
    edited = bytearray(data[start:start + size])
    edited[i - start] ^= 1
    if not refused(bytes(edited)):
        unnoticed.append(i - start)
t.ok("no byte of a record can be changed", not unnoticed, unnoticed)
other = list(log)
other[2], other[3] = log[3], log[2]
try:
    swapped = replay(other) == tpm
except Bad:
    swapped = False
t.ok("records cannot be swapped", not swapped)
t.ok("a record cannot be left out", replay(log[:-1]) != tpm)
t.done()
PY
