#!/bin/bash
# SPDX-License-Identifier: MIT
# A kernel that calls no BPF programs: attaching succeeds, arming must not.
# vm: kernel=6.1,6.12 slow=6.12 load=late arm=no append=lsm=integrity timeout=90
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import errno
from shinrai import *

t = Tap()


def arm():
    fd = os.open(SYSFS + "arm", os.O_WRONLY)
    try:
        os.write(fd, b"1")
    finally:
        os.close(fd)


def programs():
    return subprocess.run(["bpftool", "prog", "show"],
                          stdout=subprocess.PIPE).stdout.count(b"shinrai")


with open("/sys/kernel/security/lsm") as f:
    t.ok("bpf is not among the LSMs", "bpf" not in f.read())
for text in ("it cannot be armed", "nor at the second try"):
    t.refused(text, errno.EOPNOTSUPP, arm)
    t.ok("arm reads 0, state reads loaded",
         (sysfs("arm"), sysfs("state")) == ("0", "loaded"))
    t.ok("nothing stays attached", until(lambda: not programs(), 5))
t.ok("the log is as before", [r.type for r in settled()] == [START])
t.ok("it can be unloaded", subprocess.run(["rmmod", "shinrai"]).returncode == 0)
t.done()
PY
