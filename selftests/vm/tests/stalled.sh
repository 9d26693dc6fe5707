#!/bin/bash
# SPDX-License-Identifier: MIT
# Enforcing, batched, and the TPM hangs: a module that cannot be waited for is
# refused, and so is new code from then on, though batched code need not wait.
# vm: kernel=6.1,6.12 slow=6.12 load=late arm=yes timeout=120
# vm: append=shinrai.extend=batch
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
for n in range(3):
    helper("tiny", "/tmp/new%d" % n, 100 + n)
subprocess.run(["/tmp/new0"], check=True)
subprocess.run(["rmmod", "squashfs"], check=True)
t.ok("the TPM answers", agrees())
sysfs("mode", "enforce")


def run(path):
    try:
        return subprocess.run([path]).returncode
    except OSError as e:
        return -e.errno


host("tpm stop")
t.ok("new code does not wait for its batch", run("/tmp/new1") == 0)
begun = time.monotonic()
code, said = helper("finit", "/vm/ko/squashfs.ko")
took = time.monotonic() - begun
t.ok("a module waits for 2 s and is refused",
     code == 1 and said.endswith("EACCES") and 1.5 < took < 8, said, took)
with open("/proc/modules") as f:
    t.ok("it is not loaded", "squashfs" not in f.read())
t.ok("the state is degraded", sysfs("state") == "armed degraded")
t.ok("from then on new code is refused", run("/tmp/new2") == -13,
     run("/tmp/new2"))
t.ok("known code runs", run("/tmp/new0") == 0)
code, said = helper("finit", "/vm/ko/squashfs.ko")
t.ok("the module is refused still", code == 1, said)
host("tpm cont")
dev = Device()


def caught_up():
    try:
        return bool(dev.flush())
    except OSError:
        return False


t.ok("the TPM comes back and gets what it is owed",
     until(caught_up, 45) and agrees())
t.ok("what came too late is refused all the same",
     run("/tmp/new2") == -13)
code, said = helper("finit", "/vm/ko/squashfs.ko")
t.ok("so is the module", code == 1, said)
t.ok("what was let run runs on", run("/tmp/new0") == 0 and
     run("/tmp/new1") == 0)
t.done()
PY
