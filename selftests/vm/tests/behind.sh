#!/bin/bash
# SPDX-License-Identifier: MIT
# Content that changes behind the hash: memory files, pinned pages, overlays
# that map something else, writers that come while the TPM is waited for.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes timeout=180
set -euo pipefail

mkdir -p /mnt/{ext4,tmpfs,overlay,loose}
truncate -s 64M /run/ext4.img
mke2fs -q -t ext4 -b 4096 /run/ext4.img
mount -o loop /run/ext4.img /mnt/ext4
mount -t tmpfs tmpfs /mnt/tmpfs
for dir in ext4 tmpfs; do
	mkdir "/mnt/$dir"/{lower,upper,work}
done
mount -t overlay overlay -o \
	lowerdir=/mnt/ext4/lower,upperdir=/mnt/ext4/upper,workdir=/mnt/ext4/work \
	/mnt/overlay
mount -t overlay overlay -o \
	lowerdir=/mnt/tmpfs/lower,upperdir=/mnt/tmpfs/upper,workdir=/mnt/tmpfs/work \
	/mnt/loose

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import errno
import mmap
import signal
from shinrai import *

t = Tap()
signal.signal(signal.SIGIO, signal.SIG_IGN)  # a lease is broken below
F_SETLEASE, O_DIRECT = 1024, 0o40000


def sha(data):
    return hashlib.sha256(data).hexdigest()


def random_file(path, size=20000):
    with open(path, "wb") as f:
        f.write(os.urandom(size))
    return path


def content(path):
    with open(path, "rb") as f:
        return f.read()


def code(digest):
    return [e for e in events(settled(), EV_CODE) if e.digest == digest]


def violations(path):
    return [e.num(REASON) for e in events(settled(), EV_VIOLATION)
            if e.text(PATH) == path]


def map_code(fd):
    return mmap.mmap(fd, 4096, flags=mmap.MAP_PRIVATE,
                     prot=mmap.PROT_READ | mmap.PROT_EXEC)


# A memfd has a writer that nobody counts.
before = len(events(settled(), EV_VIOLATION))
helper("memfd-map", "sealed", 1)
t.ok("a sealed memfd is code like other code",
     len(events(settled(), EV_VIOLATION)) == before)
for how in "open", "shared":
    helper("memfd-map", how, 2 if how == "open" else 3)
    new = events(settled(), EV_VIOLATION)[before:]
    t.ok("a memfd that is %s has a writer" % how,
         [e.num(REASON) for e in new] == [OPEN_WRITERS])
    before += len(new)

path = random_file("/mnt/tmpfs/pinned", 4096)
said = helper("pinned", path)
t.ok("a page that is pinned has one", said == (0, "") and
     violations(path) == [OPEN_WRITERS], said, violations(path))

# Bytes behind the end of a file are in no digest, but they are mapped.
path = random_file("/mnt/tmpfs/tail", 3000)
said = helper("tail", path)
t.ok("bytes behind the end of a file are a violation",
     said == (0, "1") and violations(path) == [CHANGED], said,
     violations(path))
path = random_file("/mnt/ext4/tail", 3000)
said = helper("tail", path)
t.ok("unless the filesystem clears them, and then they are gone",
     said == (0, "0") and violations(path) == [] and
     len(code(sha(content(path)))) == 1, said, violations(path))

# Many mappings of one file, in one call.
path = random_file("/tmp/many", 4096)
helper("many", path, 5000)
odd = [(e.num(ERRNO), e.num(FLAGS)) for e in events(
    settled(), EV_UNMEASURED) if e.text(PATH) == path]
t.ok("late work is bounded, which is told", odd == [(12, LATE | MPROTECT)],
     odd)
t.ok("and the content is there", len(code(sha(content(path)))) == 1)


def waiting(p):
    with open("/proc/%d/stat" % p.pid) as f:
        return f.read().rsplit(")", 1)[1].split()[0] == "D"


# A user does the same, slowly: the TPM keeps the first of them waiting.
greedy = random_file("/tmp/greedy", 4096)
others = [(random_file("/tmp/other%d" % uid, 4096), uid) for uid in (0, 1001)]
host("tpm stop")
crowd = [subprocess.Popen(["/vm/helper", "many", greedy, "1500"], user=1000)]
waits = [until(lambda: waiting(crowd[0]), 2)]
crowd += [subprocess.Popen(["/vm/helper", "protect", path], user=uid)
          for path, uid in others]
waits += [until(lambda: waiting(p), 1) for p in crowd[1:]]
host("tpm cont")
t.ok("a user has as much late work as he likes",
     all(waits) and [p.wait() for p in crowd] == [0] * 3, waits)
odd = [(e.text(PATH), e.num(ERRNO)) for e in events(settled(), EV_UNMEASURED)]
t.ok("of which some is not done", (greedy, 12) in odd, odd)
for path, uid in others:
    t.ok("what is late for user %d is done all the same" % uid,
         path not in [p for p, _ in odd] and
         len(code(sha(content(path)))) == 1, odd)

# Not read as it is mapped.
fd = os.open(random_file("/mnt/ext4/direct", 8192), os.O_RDONLY | O_DIRECT)
m = map_code(fd)
odd = [e.num(ERRNO) for e in events(settled(), EV_UNMEASURED)
       if e.text(PATH) == "/mnt/ext4/direct"]
t.ok("a descriptor with O_DIRECT says nothing about what is mapped",
     odd == [22], odd)
m.close()

# Truncated by its path, in use.
path = random_file("/mnt/ext4/cut")
fd = os.open(path, os.O_RDONLY)
m = map_code(fd)
t.ok("a file in use is no violation", violations(path) == [])
os.truncate(path, 100)
t.ok("to truncate it is one", violations(path) == [TOMTOU], violations(path))
m.close()

# An open that fails after its hook: the machine has to live.
path = "/mnt/overlay/leased"
random_file("/mnt/ext4/lower/leased")
fd = os.open(path, os.O_RDONLY)
m = map_code(fd)
fcntl.fcntl(fd, F_SETLEASE, fcntl.F_RDLCK)
t.refused("an open breaks a lease and fails", errno.EWOULDBLOCK, os.open,
          path, os.O_WRONLY | os.O_NONBLOCK)
fcntl.fcntl(fd, F_SETLEASE, fcntl.F_UNLCK)
m.close()

# The overlay maps what was opened; what is read has been copied up since.
path, lower = "/mnt/overlay/moved", random_file("/mnt/ext4/lower/moved")
evil = sha(content(lower))
fd = os.open(path, os.O_RDONLY)
with open(path, "r+b") as f:
    f.write(b"good" * 1000)
good = sha(content(path))
m = map_code(fd)
t.ok("the overlay maps what was opened before it was copied up",
     m[:4096] == content(lower)[:4096])
told = violations(path)
t.ok("which is a violation, and what is mapped is told",
     told == [CHANGED] and len(code(evil)) == 1 and not code(good),
     told, len(code(evil)), len(code(good)))
m.close()

# Stores to tmpfs after a read move no counter; opening for writing does.
for path, upper in ("/mnt/tmpfs/stored",) * 2, ("/mnt/loose/stored",
                                                "/mnt/tmpfs/upper/stored"):
    random_file(upper)
    helper("map", path)
    helper("map", path)
    old = sha(content(path))
    with open(upper, "r+b", buffering=0) as f:
        m = mmap.mmap(f.fileno(), 0)
        m[:10] += b""
        m[100:110] = os.urandom(10)
        m.close()
    new = sha(content(path))
    helper("map", path)
    t.ok("%s is measured again after stores that nothing counts" % path,
         old != new and len(code(old)) == 1 and len(code(new)) == 1,
         old, new, len(code(old)), len(code(new)))

# A writer that comes and goes while the record waits for the TPM.
for path in "/tmp/slow", "/mnt/ext4/slow", "/mnt/overlay/slow":
    old = sha(content(random_file(path)))
    host("tpm stop")
    p = subprocess.Popen(["/vm/helper", "map-wait", path],
                         stdout=subprocess.PIPE)
    time.sleep(0.6)
    waits = not p.poll()
    with open(path, "r+b") as f:
        f.write(b"another")
    host("tpm cont")
    p.stdout.readline()
    told = violations(path)
    t.ok("%s: a writer between hash and use is a violation" % path,
         waits and told == [TOMTOU] and len(code(old)) == 1, told,
         len(code(old)))
    p.kill()
    helper("map", path)
    t.ok("%s: and what he wrote is measured" % path,
         len(code(sha(content(path)))) == 1)

t.ok("the state is armed and nothing else", sysfs("state") == "armed",
     sysfs("state"))
t.ok("the log adds up to the TPM", agrees())
t.done()
PY
