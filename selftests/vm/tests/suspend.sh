#!/bin/bash
# SPDX-License-Identifier: MIT
# Suspending and resuming are in the log, in the TPM before the machine sleeps.
# vm: kernel=6.1,6.12 load=late arm=yes append=shinrai.extend=batch timeout=90
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
t.ok("the log adds up to the TPM", agrees())
t.ok("the state is armed and nothing else", sysfs("state") == "armed")
t.done()
PY
