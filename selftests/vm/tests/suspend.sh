#!/bin/bash
# SPDX-License-Identifier: MIT
# Suspending and resuming are in the log, in the TPM before the machine sleeps;
# what came after that and before everything stood still is no late TPM's fault.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes timeout=120
# vm: append=shinrai.extend=batch
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()


def reasons():
    return [e.num(REASON) for e in events(settled(), EV_STATE)]


t.ok("no STATE event before", reasons() == [])
helper("tiny", "/tmp/before", 1)
helper("tiny", "/tmp/after", 2)
subprocess.run(["/tmp/before"], check=True)
with open("/sys/power/pm_test", "w") as f:
    f.write("devices")  # everything but the firmware's part
with open("/sys/power/state", "w") as f:
    f.write("mem")
t.ok("suspended and resumed", reasons() == [22, 23], reasons())
subprocess.run(["/tmp/after"], check=True)
log = settled()
order = [e.num(REASON) or e.text(PATH) for e in events(
    log, EV_STATE, EV_CODE) if e.type == EV_STATE or
    e.text(PATH) in ("/tmp/before", "/tmp/after")]
t.ok("in their order, what ran before comes before",
     order == ["/tmp/before", 22, 23, "/tmp/after"], order)

# Programs that nobody has seen.  One is being hashed when tasks are stopped, which
# waits for that; and it is not in the TPM yet when the rest is.  When none was just
# then, which is chance, more of them do.
N = 16


def caught(turn):
    names = ["/tmp/new%d.%d" % (turn, n) for n in range(N)]
    for n, name in enumerate(names):
        helper("tiny", name, 100 + turn * N + n)
        os.truncate(name, 4 << 20)
    crowd = subprocess.Popen(["sh", "-c", "; ".join(names)])
    time.sleep(0.2)
    with open("/sys/power/state", "w") as f:
        f.write("mem")
    early = crowd.poll() is not None
    subprocess.run(["/tmp/after"], check=True)
    ended = crowd.wait()
    order = [e.num(REASON) or 0 for e in events(settled(), EV_STATE, EV_CODE)
             if e.type == EV_STATE or e.text(PATH) in names]
    between = order[len(order) - order[::-1].index(22):]
    between = between[:between.index(23)] if 23 in between else between
    for name in names:
        os.unlink(name)
    return early, ended, order.count(0), len(between)


turns = [caught(0)]
while len(turns) < 5 and not turns[-1][3]:
    turns.append(caught(len(turns)))
t.ok("new programs ran before and after", not turns[-1][0] and
     all(ended == 0 and ran == N for _, ended, ran, _ in turns), turns)
t.ok("some were told when the TPM had been told that it is over",
     turns[-1][3] > 0, turns)
t.ok("the log adds up to the TPM", agrees())
t.ok("the state is armed and nothing else", sysfs("state") == "armed",
     sysfs("state"))
t.done()
PY
