#!/bin/bash
# SPDX-License-Identifier: MIT
# An ordinary user runs 100,000 programs that nobody has seen (8,000 on the
# other kernel): the log stays in its bounds, and says what it left out.
# vm: kernel=6.1,6.12 slow=6.1 load=no timeout=1500
set -euo pipefail

while read -r module; do
	insmod "$module" || true # an accelerated hash that this CPU cannot do
done </vm/modules.first
case $(uname -r) in
6.1.*) count=100000 cap=$((16 << 20)) ;;
*) count=8000 cap=$((1 << 20)) ;;
esac
insmod /vm/shinrai.ko extend=batch log_max=$cap
echo 1 >/sys/kernel/shinrai/arm
mkdir /tmp/user
chown user /tmp/user

PYTHONPATH=/vm/lib python3 -S - "$count" "$cap" <<'PY'
import sys
from shinrai import *

t = Tap()
dev = Device()
N, CAP = int(sys.argv[1]), int(sys.argv[2])
RESERVE = 1 << 20
tpm_values()
rate, burst = 500, 4096


def memory():
    with open("/proc/meminfo") as f:
        return [int(line.split()[1]) << 10 for line in f
                if line.startswith("MemAvailable")][0]


def kinds(records):
    """How many events there are of each type, without decoding them."""
    out = {}
    for r in records:
        for _, value in r.raw_events:
            kind = number(value[:2])
            out[kind] = out.get(kind, 0) + 1
    return out


def overflows(records):
    found = [Event(v) for r in records for _, v in r.raw_events
             if number(v[:2]) == EV_OVERFLOW]
    return [(e.num(REASON), e.num(COUNT)) for e in found]


before = settled()
held, most, begun = memory(), 0, time.monotonic()
flood = subprocess.Popen(["/vm/helper", "flood", "/tmp/user", str(N), "1"],
                         user=1000, group=1000, stdout=subprocess.PIPE)
while flood.poll() is None:
    most = max(most, dev.info()["bytes"])
    time.sleep(0.5)
took = time.monotonic() - begun
said = flood.stdout.read().decode().strip()
print("# %s in %.0f s, %.0f a second; %d bytes of log at most" % (
    said, took, N / took, most))
t.ok("%d programs of an ordinary user run" % N, said == "%d ok" % N, said)
t.ok("no faster than %d a second, but for the first %d" % (rate, burst),
     (N - burst) / took <= rate * 1.05, took)
t.ok("the log stays under its cap", most <= CAP + RESERVE and
     dev.info()["bytes"] <= CAP + RESERVE, most)
grown = held - memory()
print("# %d MiB of memory taken" % (grown >> 20))
t.ok("and so does memory", grown < 4 * CAP + (32 << 20), grown)
t.ok("the state says overflowed", sysfs("state") == "armed overflowed",
     sysfs("state"))
dev.flush()
data = dev.raw()
log = split(data)
t.ok("an OVERFLOW event says that the log is full",
     [reason for reason, _ in overflows(log)] == [32], overflows(log))
t.ok("the TPM is up to date", agrees())
helper("tiny", "/tmp/root", 1 << 41)
subprocess.run(["/tmp/root"], check=True)
dev.flush()
t.ok("what no user may take, root has: his program is told", [
    e.text(PATH) for e in events(dev.records(len(log)), EV_CODE)] ==
    ["/tmp/root"])
log = dev.records()

# A checkpoint fits in still; what is trimmed makes room.
dev.checkpoint()
log = dev.records()
point = log[-1]
t.ok("a full log still takes a checkpoint", point.type == CHECKPOINT)
dev.trim(point.num)
helper("tiny", "/tmp/root", 1 << 40)
subprocess.run(["/tmp/root"], check=True)
dev.flush()
log += dev.records(point.num + 1)
t.ok("there is room again: root's program is told", [
    e.text(PATH) for e in events(log[point.num + 1:], EV_CODE)] ==
    ["/tmp/root"])
missing = sum(n for _, n in overflows(log))
told = kinds(log).get(EV_CODE, 0) - kinds(before).get(EV_CODE, 0) - 1
print("# %d told, %d left out: %r" % (told, missing, overflows(log)))
# A program that is left out is met again when it is mapped: two events.
t.ok("what was told and what was left out make up what ran",
     told < N and N - told <= missing <= 2 * (N - told) + 10, told, missing)
t.ok("the whole log adds up to the TPM", replay(log) == tpm_values())
t.ok("it takes little memory now", dev.info()["bytes"] < 100000)
t.done()
PY
