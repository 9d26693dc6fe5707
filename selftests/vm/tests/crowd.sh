#!/bin/bash
# SPDX-License-Identifier: MIT
# A module that waits for another one on its way in is not forgotten, however
# many loads come by meanwhile: of many tasks, or failing again in one.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes tpm=tis timeout=120 module=isofs
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
with open("/tmp/none.ko", "wb") as f:
    f.write(os.urandom(4096))


def loaded():
    with open("/proc/modules") as f:
        return {line.split()[0] for line in f}


def load(name):
    return subprocess.Popen(["/vm/helper", "finit", "/vm/ko/%s.ko" % name],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def fresh(name):
    """Another content, so that its load waits for the TPM."""
    path = "/vm/ko/%s.ko" % name
    with open(path, "ab") as f:
        f.write(os.urandom(16))


subprocess.run(["rmmod", "isofs", "cdrom"], check=True)
for tasks, each in (100, 1), (1, 100):
    text = "%d tasks fail %d times: " % (tasks, each)
    fresh("cdrom")
    helper("init", "/tmp/none.ko")
    settled()
    host("tpm stop")
    first = load("cdrom")
    time.sleep(0.3)
    second = load("isofs")
    time.sleep(0.3)
    begun = time.monotonic()
    said = helper("no-modules", "/tmp/none.ko", tasks, each)
    took = time.monotonic() - begun
    waits = first.poll() is None and second.poll() is None
    host("tpm cont")
    t.ok(text + "the modules wait meanwhile", waits and said == (0, ""),
         took, said)
    t.ok(text + "they come", [p.communicate() and p.returncode
                              for p in (first, second)] == [0, 0] and
         {"cdrom", "isofs"} <= loaded())
    odd = [e.fields for e in events(settled(), EV_UNMEASURED)]
    t.ok(text + "and nothing was left unmeasured", odd == [], odd)
    subprocess.run(["rmmod", "isofs", "cdrom"], check=True)
t.ok("the log adds up to the TPM", agrees())
t.done()
PY
