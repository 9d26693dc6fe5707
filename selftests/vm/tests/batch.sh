#!/bin/bash
# SPDX-License-Identifier: MIT
# Batched extends: many events in few records, none later than promised.
# vm: kernel=6.1,6.12 slow=6.1,6.12 load=late arm=yes timeout=150
# vm: append=shinrai.extend=batch
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
dev = Device()
arm = dev.records()[1].events[0]
t.ok("ARM states the window: 100 ms, 256 events", arm.num(0x25) == 1 and
     arm.fields[0x26] == struct.pack(">II", 100, 256), arm.fields)
t.ok("sysfs says batch", sysfs("extend") == "batch")
tpm_values()
log = settled()

code, text = helper("flood", "/tmp", 1000, 1)
whole = settled()
new = whole[len(log):]
told = {e.text(PATH) for e in events(new, EV_CODE)}
t.ok("1,000 new programs run and are told", text == "1000 ok" and
     told >= {"/tmp/%x" % n for n in range(1, 1001)}, text, len(told))
print("# 1000 programs: %d records" % len(new))
t.ok("in far fewer records", len(new) <= 200, len(new))
t.ok("of 256 events at most", max(r.count for r in new) <= 256)
t.ok("which are right", all(r.check() is None for r in new))


def now():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


# From the return of the program to its record, nobody asking for it.
worst = 0
for n in range(2000, 2010):
    count = dev.info()["records"]
    helper("flood", "/tmp", 1, n)
    ran = now()
    until(lambda: dev.info()["records"] > count, 5)
    worst = max(worst, dev.records(count)[0].time - ran)
    time.sleep(0.15)
print("# worst: %.1f ms" % (worst / 1e6))
t.ok("an event is in a record within 100 ms", worst <= 100e6, worst)

# A kernel module is synchronous: what came before it is not later.
subprocess.run(["rmmod", "squashfs"], check=True)
helper("flood", "/tmp", 1, 3000)
helper("flood", "/tmp", 3, 3001)
helper("finit", "/vm/ko/squashfs.ko")
at = dev.info()["records"]
order = [e.text(PATH) for e in events(dev.records(), EV_CODE)]
where = [order.index(p) if p in order else -1 for p in (
    "/tmp/bb8", "/tmp/bb9", "/tmp/bba", "/tmp/bbb", "/vm/ko/squashfs.ko")]
t.ok("a synchronous event flushes what is pending, in order",
     -1 not in where and where == sorted(where), where)
t.ok("and is extended when it returns", agrees())

helper("flood", "/tmp", 3, 4000)
sysfs("flush", "1")
held = [e.text(PATH) for e in events(dev.records(), EV_CODE)]
t.ok("sysfs flush leaves nothing pending", sysfs("pending") == "0" and
     "/tmp/fa2" in held, sysfs("pending"))
t.ok("and the TPM has it", agrees())

# FLUSH under load: each pair of count and values is one that there was.
load = subprocess.Popen(["/vm/helper", "flood", "/tmp", "600", "5000"],
                        stdout=subprocess.DEVNULL)
flushes, pairs = 0, {}
while load.poll() is None:
    n, values = dev.flush()
    flushes += 1
    pairs.setdefault(n, values)
    if pairs[n] != values:
        pairs[-1] = values  # two values for one count
    time.sleep(0.02)
log = settled()
wrong = [n for n in list(pairs)[::5] if replay(log[:n]) != pairs[n]]
print("# %d flushes, %d counts" % (flushes, len(pairs)))
t.ok("count and values of each FLUSH under load belong together",
     len(pairs) > 5 and -1 not in pairs and not wrong, wrong)
t.ok("the PCRs add up", agrees())

# Events of both PCRs in turns, while the TPM is busy.
before = len(settled())
host("tpm stop")
helper("tiny", "/tmp/before", 9000)
subprocess.run(["/tmp/before"], check=True)
said = helper("odd", "/tmp", 100)
host("tpm cont")
new = settled()[before:]
t.ok("100 violations and 100 contents, in turns, take few records",
     said == (0, "") and len(events(new, EV_VIOLATION)) == 100 and
     len(events(new, EV_CODE)) >= 100 and len(new) < 20, said, len(new))
t.ok("which are extended", agrees())
t.ok("nobody waited too long", sysfs("state") == "armed", sysfs("state"))

# Nobody waits for a batch; that it is late shows all the same.
for n in range(2):
    helper("tiny", "/tmp/late%d" % n, 9001 + n)
host("tpm stop")
subprocess.run(["/tmp/late0"], check=True)
time.sleep(2.5)
subprocess.run(["/tmp/late1"], check=True)
t.ok("a batch that is 2 s late degrades the state",
     sysfs("state") == "armed degraded", sysfs("state"))
host("tpm cont")


def caught_up():
    try:
        return bool(dev.flush())
    except OSError:
        return False


t.ok("the TPM gets it all the same", until(caught_up, 30) and agrees())
t.done()
PY
