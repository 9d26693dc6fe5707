#!/bin/bash
# SPDX-License-Identifier: MIT
# Code behind the end of a file, where no digest reaches: in the rest of a huge
# page of tmpfs, which is mapped as a whole, and on storage that is mapped itself.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes timeout=120 append=memmap=64M!512M
# vm: module=nd_e820 module=nd_pmem
set -euo pipefail

mkdir -p /mnt/{huge,dax}
mount -t tmpfs -o huge=always tmpfs /mnt/huge
mke2fs -q -t ext4 -b 4096 /dev/pmem0
mount -o dax=always /dev/pmem0 /mnt/dax

PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
HUGE = 2 << 20


def sha(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def random_file(name, size):
    path = "/mnt/huge/" + name
    with open(path, "wb") as f:
        f.write(os.urandom(size))
    return path


def told(path):
    """(times that its content is told, why it is a violation)"""
    log, digest = settled(), sha(path)
    return (len([e for e in events(log, EV_CODE) if e.digest == digest]),
            [e.num(REASON) for e in events(log, EV_VIOLATION)
             if e.text(PATH) == path])


for size, at in (4097, HUGE // 2), (8192, HUGE // 2), (8192, 8192), (
        HUGE - 4096, HUGE - 1):
    path = random_file("%d-%d" % (size, at), size)
    said = helper("tail-huge", path, at)
    t.ok("%d bytes, and code behind them at %d, are a violation" % (size, at),
         said == (0, "1") and told(path) == (1, [CHANGED]), said, told(path))

for size, at in (4097, 4096), (8192, 8191), (HUGE, HUGE - 1):
    path = random_file("inside-%d" % size, size)
    said = helper("tail-huge", path, at)
    t.ok("%d bytes of which one has changed are not" % size,
         said == (0, "1") and told(path) == (1, []), said, told(path))

with open("/mnt/huge/allocated", "wb") as f:
    os.posix_fallocate(f.fileno(), 0, 4097)
helper("map", "/mnt/huge/allocated")
t.ok("nor is memory that was only allocated",
     told("/mnt/huge/allocated") == (1, []), told("/mnt/huge/allocated"))

helper("tiny", "/mnt/dax/program", 1)
subprocess.run(["/mnt/dax/program"], check=True)
odd = [(e.text(PATH), e.num(KIND), e.num(ERRNO)) for e in events(
    settled(), EV_UNMEASURED)]
t.ok("storage that is mapped itself cannot be measured, which is told",
     odd == [("/mnt/dax/program", kind, 95) for kind in (EXEC, MMAP)], odd)
t.ok("the log adds up to the TPM", agrees())
t.done()
PY
