#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs that run, change and are written to at the same time, on tmpfs, ext4,
# an overlay of it, and vfat, which has no change counter.
# vm: kernel=6.1,6.12 slow=6.1,6.12 load=late arm=yes smp=2 timeout=240
set -euo pipefail

mkdir -p /mnt/{ext4,vfat,overlay}
truncate -s 128M /run/ext4.img
mke2fs -q -t ext4 -b 4096 /run/ext4.img
mount -o loop /run/ext4.img /mnt/ext4
truncate -s 64M /run/vfat.img
mkdosfs /run/vfat.img >/dev/null
mount -o loop -t vfat /run/vfat.img /mnt/vfat
mkdir /mnt/ext4/{lower,upper,work}
mount -t overlay overlay -o \
	lowerdir=/mnt/ext4/lower,upperdir=/mnt/ext4/upper,workdir=/mnt/ext4/work \
	/mnt/overlay

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import mmap
from collections import Counter
from shinrai import *

t = Tap()
dev = Device()
DIRS = ["/tmp", "/mnt/ext4", "/mnt/overlay", "/mnt/vfat"]
helper("tiny", "/tmp/template", 0)
with open("/tmp/template", "rb") as f:
    TEMPLATE = f.read()


def tiny(n):
    """What helper's tiny writes for a number."""
    return TEMPLATE[:136] + n.to_bytes(8, "little") + TEMPLATE[144:]


def told(prefix, *types):
    return [e for e in events(dev.records(), *types or (EV_CODE,))
            if e.text(PATH).startswith(prefix)]


def start(*args):
    return subprocess.Popen(["/vm/helper"] + [str(a) for a in args])


# Eight loops, two on each filesystem: write a program, run it, change it, ...
TIMES = 80
where = {d + "/loop%d" % i: 1000 * (i + 2 * DIRS.index(d)) + 1
         for d in DIRS for i in range(2)}
loops = [start("churn", path, TIMES, n) for path, n in where.items()]
t.ok("eight loops run what they change",
     [p.wait() for p in loops] == [0] * 8)
dev.flush()
for d in DIRS:
    want = {hashlib.sha256(tiny(first + n)).hexdigest(): path
            for path, first in where.items() if path.startswith(d)
            for n in range(TIMES)}
    got = told(d + "/loop")
    t.ok(d + ": each content that ran is told exactly once, at its path",
         Counter((e.digest, e.text(PATH)) for e in got) ==
         Counter(want.items()), len(got), len(want))
    t.ok(d + ": no violation where writer and runner took turns",
         not told(d + "/loop", EV_VIOLATION))

# One new content, run by eight at once.
for d in DIRS:
    bad = []
    for n in range(10):
        with open(d + "/same", "wb") as f:
            f.write(tiny(100000 + 100 * DIRS.index(d) + n) + bytes(100000))
        os.chmod(d + "/same", 0o755)
        runs = [subprocess.Popen([d + "/same"]) for _ in range(8)]
        if any([p.wait() for p in runs]):
            bad.append(n)
    same = Counter(e.digest for e in told(d + "/same"))
    t.ok(d + ": run by eight at once, each content is told once",
         not bad and len(same) == 10 and set(same.values()) == {1}, bad, same)


def states_of_writer(path, seconds, how):
    """Forks a writer.  It writes down each state that it left behind."""
    pid = os.fork()
    if pid:
        return pid
    with open(path, "rb") as f:
        content = bytearray(f.read())
    end = time.monotonic() + seconds
    with open(path + ".states", "w") as states:
        while time.monotonic() < end:
            at = number(os.urandom(4)) % (len(content) - 16)
            content[at:at + 16] = os.urandom(16)
            how(path, at, content)
            states.write(hashlib.sha256(content).hexdigest() + "\n")
            time.sleep(0.001)
    os._exit(0)


def by_write(path, at, content):
    fd = os.open(path, os.O_WRONLY)
    os.pwrite(fd, content[at:at + 16], at)
    os.close(fd)


def judge(text, path, pid):
    uses = 0
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        helper("map", path)
        uses += 1
    dev.flush()
    with open(path + ".states") as f:
        states = set(f.read().split())
    states.add(first[path])
    violations = {e.digest for e in told(path, EV_VIOLATION)}
    code = [e.digest for e in told(path)]
    wrong = [d for d in code if d not in states and d not in violations]
    print("# %d uses, %d contents told, %d states, %d violations" % (
        uses, len(code), len(states), len(violations)))
    t.ok("%s: %s" % (path, text), uses > 5 and code and not wrong, wrong)
    return violations, code


first = {}
for d in DIRS:
    for path in (d + "/written", d + "/mapped"):
        with open(path, "wb") as f:
            f.write(os.urandom(200000))
        with open(path, "rb") as f:
            first[path] = hashlib.sha256(f.read()).hexdigest()
    judge("written while it is hashed: a state that there was, or a violation",
          d + "/written", states_of_writer(d + "/written", 2, by_write))
    with open(d + "/mapped", "r+b", buffering=0) as f:
        shared = mmap.mmap(f.fileno(), 0)

    def by_store(path, at, content):
        shared[at:at + 16] = bytes(content[at:at + 16])

    violations, code = judge(
        "stored to while it is hashed: likewise", d + "/mapped",
        states_of_writer(d + "/mapped", 2, by_store))
    t.ok(d + ": all of it is a violation, for the mapping was there all the "
         "time", set(code) <= violations)
    shared.close()

# Time of use: what runs or is mapped is opened for writing.
for path in [d + "/used" for d in DIRS]:
    lower = path.replace("/mnt/overlay", "/mnt/ext4/lower")
    with open(lower, "wb") as f:
        f.write(os.urandom(9000))
    fd = os.open(path, os.O_RDONLY)
    m = mmap.mmap(fd, 4096, flags=mmap.MAP_PRIVATE,
                  prot=mmap.PROT_READ | mmap.PROT_EXEC)
    os.close(fd)
    if path.startswith("/mnt/overlay"):
        # The first write copies up: what is mapped stays as it was.
        os.close(os.open(path, os.O_WRONLY))
        dev.flush()
        t.ok("copying up is no violation", not told(path, EV_VIOLATION))
        m.close()
        fd = os.open(path, os.O_RDONLY)
        m = mmap.mmap(fd, 4096, flags=mmap.MAP_PRIVATE,
                      prot=mmap.PROT_READ | mmap.PROT_EXEC)
        os.close(fd)
    os.close(os.open(path, os.O_WRONLY))
    os.close(os.open(path, os.O_WRONLY))
    dev.flush()
    t.ok("opened for writing in use, told once: " + path,
         [e.num(REASON) for e in told(path, EV_VIOLATION)] == [TOMTOU],
         [e.num(REASON) for e in told(path, EV_VIOLATION)])
    m.close()
log = settled()
t.ok("violations go to the other PCR, and nothing else does",
     all((e.type == EV_VIOLATION) == (r.pcr == 13)
         for r in log for e in r.events))
t.ok("sysfs counts them", int(sysfs("violations")) == len(
    events(log, EV_VIOLATION)))
bad = []
for r in log:
    try:
        r.check()
    except Bad as e:
        bad.append(e)
t.ok("every record is right", not bad, *bad)
t.ok("the PCRs add up", agrees())
t.done()
PY
