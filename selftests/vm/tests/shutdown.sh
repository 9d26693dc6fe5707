#!/bin/bash
# SPDX-License-Identifier: MIT
# Powering off is in the log, and waits until the TPM has it: 2 s at most.
# vm: kernel=6.1,6.12 load=late arm=yes append=shinrai.extend=batch timeout=90
set -euo pipefail

# The last lines come from a reader that outlives this test: the machine is
# powered off right after it, and the plan tells whether they were written.
# The TPM hangs meanwhile, or nobody would have the time to write them.
PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
t.ok("no STATE event before", not events(settled(), EV_STATE))
log = settled()
print("1..4", flush=True)
if os.fork():
    host("tpm stop")
    os._exit(0)
os.setsid()
dev = Device(os.O_RDWR)
while not [e for e in log[-1].events if e.type == EV_STATE]:
    dev.seek(len(log))
    log += split(os.read(dev.fd, 1 << 20))
state = log[-1].events[-1]
t.ok("a STATE event tells of the shutdown, in a record of its own",
     state.num(REASON) == 20 and len(log[-1].events) == 1)
log[-1].check()
t.ok("the record is right", True)
time.sleep(1)
t.ok("powering off waits for the TPM", sysfs("state").startswith("armed"))
PY
