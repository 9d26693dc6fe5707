#!/bin/bash
# SPDX-License-Identifier: MIT
# Who is killed while his code is measured: it is told when others could run
# it, and not when nobody did.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes timeout=90
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import signal
from shinrai import *

t = Tap()


def kill_while_measured(path, verb):
    """Nobody lives to see the end of that file."""
    with open(path, "wb") as f:
        f.truncate(1 << 40)
    p = subprocess.Popen(["/vm/helper", verb, path])
    time.sleep(1)
    alive = p.poll() is None
    p.send_signal(signal.SIGKILL)
    begun = time.monotonic()
    p.wait()
    return alive and time.monotonic() - begun < 2


def unmeasured():
    return [(e.text(PATH), e.num(ERRNO), e.num(FLAGS), e.num(KIND))
            for e in events(settled(), EV_UNMEASURED)]


t.ok("mapped executable, measured before", kill_while_measured(
    "/tmp/before", "map"))
t.ok("killed, it was not used: nothing is told", unmeasured() == [],
     unmeasured())
t.ok("made executable, measured afterwards", kill_while_measured(
    "/tmp/after", "protect"))
t.ok("killed, others may have run it: it is told",
     unmeasured() == [("/tmp/after", 4, LATE | MPROTECT, MMAP)], unmeasured())
t.ok("the state is armed and nothing else", sysfs("state") == "armed")
t.ok("the log adds up to the TPM", agrees())
t.done()
PY
