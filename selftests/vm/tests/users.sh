#!/bin/bash
# SPDX-License-Identifier: MIT
# Who pays for events: each user for himself, the owner of a user namespace for
# all in it; thousands of users; what was dropped once is told later.
# vm: kernel=6.1,6.12 slow=6.1,6.12 load=late arm=yes timeout=240
# vm: append=shinrai.extend=batch,shinrai.rate=1,shinrai.burst=10
set -euo pipefail

mkdir /tmp/user
chmod 777 /tmp/user
PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
dev = Device()
RATE, BURST = 1, 10
head = len(settled())


def overflows():
    return [(e.num(REASON), e.uid) for e in events(settled(), EV_OVERFLOW)]


N = 4500
code, said = helper("accounts", "/tmp/user", N, 1, 200000)
t.ok("%d users run a program each" % N, said == "%d ok" % N, said)
t.ok("and are not taken for one", overflows() == [], overflows())
uids = {e.uid for e in events(settled()[head:], EV_CODE)}
t.ok("each by his own name", uids >= set(range(200000, 200000 + N)),
     len(uids))

M = 25
begun = time.monotonic()
code, said = helper("subuids", "/tmp/user", M, 10000)
took = time.monotonic() - begun
t.ok("a user runs %d as his subordinate users" % M, said == "%d ok" % M, said)
t.ok("at his own rate", took >= (M - BURST) / RATE * 0.95, took)
uids = {e.uid for e in events(settled(), EV_CODE)}
t.ok("they are told by their own names",
     uids >= set(range(100000, 100000 + M)), sorted(uids)[:5])


def open_writer(path):
    """Mapped executable while it is open for writing.  Is it told?"""
    with open(path, "ab") as f:
        f.write(os.urandom(5000))
        f.flush()
        helper("map", path, user=1000, group=1000)
    return path in [e.text(PATH) for e in events(settled(), EV_VIOLATION)]


def hurry(n):
    """Too fast for his rate, unless this machine is too slow for that."""
    helper("subuids", "/tmp/user", 15, 20000 + 15 * n)
    return not open_writer("/tmp/user/written%d" % n)


n = next((n for n in range(10) if hurry(n)), None)
t.ok("above his rate a violation is dropped", n is not None)
t.ok("which is told with his name", (33, 1000) in overflows(), overflows())
time.sleep(2)
t.ok("and it is told when it happens again later",
     open_writer("/tmp/user/written%s" % n))
t.ok("the log adds up to the TPM", agrees())
t.done()
PY
