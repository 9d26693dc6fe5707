#!/bin/bash
# SPDX-License-Identifier: MIT
# Known contents take no more memory than a part of the log: the one met the
# longest ago is forgotten, and told again when it is met again.
# vm: kernel=6.12 load=late arm=yes timeout=240
# vm: append=shinrai.extend=batch,shinrai.log_max=1048576
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
dev = Device()
# A quarter of the log, at no less than 64 bytes each.
MOST = (1 << 20) // 4 // 64


def told(number):
    """Runs a program; how often is it told, and by which path?"""
    path = "/tmp/again%x" % number
    before = len(settled())
    helper("tiny", path, number)
    subprocess.run([path], check=True)
    os.unlink(path)
    return [e.text(PATH) for e in events(settled()[before:], EV_CODE)
            if e.text(PATH) == path]


def trim():
    dev.checkpoint()
    dev.trim(dev.records()[-1].num)


done = 0
while done < MOST:
    helper("flood", "/tmp", 700, done + 1)
    done += 700
    trim()
t.ok("the log was never full", sysfs("state") == "armed", sysfs("state"))
t.ok("what was met last is known", told(done) == [])
t.ok("what was met first is told again", len(told(1)) == 1)
t.ok("and is known then", told(1) == [])
t.done()
PY
