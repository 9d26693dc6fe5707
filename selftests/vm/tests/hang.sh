#!/bin/bash
# SPDX-License-Identifier: MIT
# A TPM that hangs and comes back: who waits can be killed and waits 2 s at
# most; afterwards the PCRs catch up with the log.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes timeout=150
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import signal
from shinrai import *

t = Tap()


def start(path):
    """Not by vfork, whose caller would wait for the exec as well."""
    pid = os.fork()
    if not pid:
        os.execv(path, [path])
    return pid


def seconds(path):
    begun = time.monotonic()
    pid = start(path)
    status = os.waitpid(pid, 0)[1]
    return status, time.monotonic() - begun


def told(path):
    return [e for e in events(Device().records(), EV_CODE)
            if e.text(PATH) == path]


for n in range(6):
    helper("tiny", "/tmp/new%d" % n, 100 + n)
t.ok("the TPM answers", seconds("/tmp/new0")[0] == 0 and agrees())
before = len(settled())
host("tpm stop")
begun = time.monotonic()
pid = start("/tmp/new1")
time.sleep(0.7)
waits = os.waitpid(pid, os.WNOHANG) == (0, 0)
t.ok("new code waits for it", waits)
if waits:
    os.kill(pid, signal.SIGKILL)
    t.ok("who waits can be killed", until(
        lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, 1))
took = time.monotonic() - begun
t.ok("a killed waiter does not degrade the state",
     took > 1.9 or sysfs("state") == "armed", took, sysfs("state"))
status, took = seconds("/tmp/new2")
t.ok("observing, new code goes on after 2 s", status == 0 and 1.5 < took < 6,
     status, took)
t.ok("the state is degraded", sysfs("state") == "armed degraded")
status, took = seconds("/tmp/new3")
t.ok("from then on nobody waits", status == 0 and took < 1, status, took)
status, took = seconds("/tmp/new0")
t.ok("known code does not either", status == 0 and took < 1, status, took)
t.ok("the log goes on without the TPM", until(
    lambda: told("/tmp/new2") and told("/tmp/new3"), 20))
dev = Device()
try:
    fd = os.open(SYSFS + "mode", os.O_WRONLY)
    os.write(fd, b"enforce")
    t.ok("degraded, it does not begin to enforce", False)
except OSError:
    t.ok("degraded, it does not begin to enforce", True)
host("tpm cont")


def caught_up():
    try:
        return dev.flush()[0] > before and bool(
            events(dev.records(), EV_STATE))
    except OSError:
        return False


t.ok("with the TPM back, what is owed is extended", until(caught_up, 45))
t.ok("the PCRs add up to the log", agrees())
log = settled()
t.ok("each content is told once", all(
    len(told("/tmp/new%d" % n)) == 1 for n in (0, 2, 3)))
t.ok("a STATE event says why",
     [(e.num(REASON), e.num(ERRNO)) for e in events(log, EV_STATE)] ==
     [(16, 110)], [(e.num(REASON), e.num(ERRNO))
                   for e in events(log, EV_STATE)])
t.ok("the state stays degraded", sysfs("state") == "armed degraded")
status, took = seconds("/tmp/new4")
t.ok("code is still measured", status == 0 and until(
    lambda: told("/tmp/new4"), 5))
t.ok("and extended", agrees())
t.done()
PY
