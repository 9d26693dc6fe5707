#!/bin/bash
# SPDX-License-Identifier: MIT
# What changed is measured again and what did not is not even hashed, on
# filesystems with a change counter, without one, and on overlays.
# vm: kernel=6.1,6.12 load=late arm=yes timeout=240 module=xfs module=btrfs
# vm: file=/usr/sbin/mkfs.xfs file=/usr/sbin/mkfs.btrfs
set -euo pipefail

mkdir -p /mnt/{tmpfs,ext4,xfs,btrfs,vfat,lower,upper,overlay} /run/upper
mount -t tmpfs tmpfs /mnt/tmpfs
truncate -s 128M /run/ext4.img
mke2fs -q -t ext4 -b 4096 -O ^has_journal,verity /run/ext4.img
mount -o loop /run/ext4.img /mnt/ext4
truncate -s 320M /run/xfs.img
mkfs.xfs -q /run/xfs.img
mount -o loop /run/xfs.img /mnt/xfs
truncate -s 128M /run/btrfs.img
mkfs.btrfs -q /run/btrfs.img
mount -o loop /run/btrfs.img /mnt/btrfs
truncate -s 64M /run/vfat.img
mkdosfs /run/vfat.img >/dev/null
mount -o loop -t vfat /run/vfat.img /mnt/vfat
mkdir /mnt/ext4/{lower,upper,work}
mount -t overlay overlay -o \
	lowerdir=/mnt/ext4/lower,upperdir=/mnt/ext4/upper,workdir=/mnt/ext4/work \
	/mnt/overlay

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import mmap
from shinrai import *

t = Tap()
dev = Device()


def sha(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def told(digest, *types):
    return [e for e in events(dev.records(), *types or (EV_CODE,))
            if e.digest == digest]


def make(path, size=3 * 4096):
    helper("tiny", path, number(os.urandom(7)))
    with open(path, "ab") as f:
        f.write(os.urandom(4096) * (size // 4096))
    os.chmod(path, 0o755)


def run(path):
    subprocess.run([path], check=True)


def measured_again(text, path, change, use=run, extra=lambda e: True):
    """After the change, the new content is told once; run twice."""
    old = sha(path)
    change(path)
    new = sha(path)
    before = told(new)
    use(path)
    use(path)
    after = told(new)
    t.ok(text, new != old and not before and len(after) == 1 and
         after[0].text(PATH) == path and extra(after[0]),
         old, new, len(before), len(after))


def nothing(path):
    pass


def rewrite(path):
    """As many bytes, and nobody sees it by the times."""
    st = os.stat(path)
    with open(path, "r+b", buffering=0) as f:
        f.seek(5000)
        f.write(os.urandom(16))
    os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))


def store(path):
    """Stores to a shared mapping, and no msync."""
    with open(path, "r+b", buffering=0) as f:
        m = mmap.mmap(f.fileno(), 0)
        m[4500:4516] = os.urandom(16)
        m.close()


def punch(path):
    code, text = helper("punch", path)
    need(code == 0, text)


def cut(path):
    """By path: no file is opened."""
    os.truncate(path, 4096)
    os.truncate(path, 8000)


def replace(path):
    make(path + ".new")
    os.rename(path + ".new", path)


def new_file(path):
    """The first measurement; the old content is that of another file."""
    os.unlink(path)
    make(path)


def seconds(path):
    begun = time.monotonic()
    run(path)
    return time.monotonic() - begun


def again_costs(path):
    """How much of the first run's time do later ones of 16 MiB take?"""
    make(path, 16 << 20)
    os.sync()
    sha(path)  # it is in the page cache from now on
    first = seconds(path)
    later = min(seconds(path) for _ in range(3))
    os.unlink(path)
    print("# %s: %.3f s, then %.3f s" % (path, first, later))
    return later / first


for fs, cached in (("tmpfs", True), ("ext4", True), ("xfs", True),
                   ("btrfs", True), ("vfat", False)):
    path = "/mnt/%s/program" % fs
    make(path)
    flags = 0 if cached else UNCACHED
    measured_again(fs + ": a new program", path, new_file,
                   extra=lambda e: e.num(FLAGS) == flags)
    measured_again(fs + ": rewritten, same size and times", path, rewrite)
    measured_again(fs + ": stores to a shared mapping", path, store)
    measured_again(fs + ": stores once more", path, store)
    if cached:
        measured_again(fs + ": a hole is punched", path, punch)
    measured_again(fs + ": truncated and grown by path", path, cut)
    measured_again(fs + ": another file takes the name", path, replace)
    part = again_costs(path)
    if cached:
        t.ok(fs + ": unchanged, it is not hashed again", part < 0.1, part)
    else:
        t.ok(fs + ": without a counter it is hashed again", part > 0.1, part)

t.ok("nothing of that is taken for a change in use",
     not events(dev.records(), EV_VIOLATION),
     [(e.num(REASON), e.text(PATH)) for e in events(
         dev.records(), EV_VIOLATION)])

# A mapping that stays writable: whoever uses the file gets what is there.
for fs in ("tmpfs", "ext4", "xfs", "btrfs", "vfat"):
    path = "/mnt/%s/open" % fs
    make(path)

    def use(path):
        helper("map", path)

    with open(path, "r+b", buffering=0) as f:
        shared = mmap.mmap(f.fileno(), 0)
    shared[4500] ^= 1

    def touch(path):
        shared[4500:4516] = os.urandom(16)

    digests = []
    measured_again(fs + ": mapped writable, changed", path, touch, use)
    digests.append(sha(path))
    measured_again(fs + ": the dirty page changed again", path, touch, use)
    digests.append(sha(path))
    dev.flush()
    t.ok(fs + ": both uses are violations too", all(
        [e.num(REASON) for e in told(d, EV_VIOLATION)] == [OPEN_WRITERS]
        for d in digests))
    shared.close()

# Overlay: below, above, and from one to the other between two runs.
lower, path = "/mnt/ext4/lower/", "/mnt/overlay/"
for name in ("a", "b", "c"):
    make(lower + name)
make(lower + "big", 16 << 20)


def over(e):
    return e.num(FLAGS) & OVERLAY


new = sha(path + "a")
run(path + "a")
run(path + "a")
t.ok("overlay: a program below is told once, and flagged",
     len(told(new)) == 1 and over(told(new)[0]))
os.chmod(path + "a", 0o700)
run(path + "a")
t.ok("overlay: copied up unchanged, it is not told again",
     os.path.exists("/mnt/ext4/upper/a") and len(told(new)) == 1)
measured_again("overlay: rewritten above", path + "a", rewrite, extra=over)
measured_again("overlay: stores to a shared mapping", path + "a", store,
               extra=over)
run(path + "b")
measured_again("overlay: the write itself copies up", path + "b", rewrite,
               extra=over)
run(path + "c")
measured_again("overlay: truncated by path, which copies up", path + "c", cut,
               extra=over)
measured_again("overlay: another file takes the name", path + "c", replace,
               extra=over)
sha(path + "big")
first = seconds(path + "big")
later = min(seconds(path + "big") for _ in range(3))
t.ok("overlay: unchanged, it is not hashed again", later < 0.1 * first,
     first, later)


def verity_digest(data):
    """Linux Documentation/filesystems/fsverity.rst, SHA-256, 4 KiB blocks."""
    level = [data[i:i + 4096] for i in range(0, len(data), 4096)]
    while True:
        level = [hashlib.sha256(b.ljust(4096, b"\0")).digest() for b in level]
        if len(level) == 1:
            break
        joined = b"".join(level)
        level = [joined[i:i + 4096] for i in range(0, len(joined), 4096)]
    return hashlib.sha256(struct.pack(
        "<BBBBIQ64s32s144x", 1, 1, 12, 0, 0, len(data), level[0],
        b"")).digest()


path = "/mnt/ext4/sealed"
make(path)
with open(path, "rb") as f:
    # FS_IOC_ENABLE_VERITY, struct fsverity_enable_arg
    fcntl.ioctl(f, 0x40806685, struct.pack("<IIIIQIIQ88x", 1, 1, 4096, 0, 0, 0,
                                           0, 0))
    content = f.read()
run(path)
sealed = told(sha(path))
want = b"" if os.uname().release.startswith("6.1.") else (
    b"\0\x0b" + verity_digest(content))
t.ok("fs-verity: its digest is told too, where the kernel gives it",
     len(sealed) == 1 and sealed[0].fields.get(VERITY, b"") == want,
     sealed[0].fields if sealed else None, want)
t.ok("no content is in the log twice", len(
    [e.digest for e in events(dev.records(), EV_CODE, EV_RUNNING)]) == len(
    {e.digest for e in events(dev.records(), EV_CODE, EV_RUNNING)}))
t.ok("the PCRs add up", agrees())
t.done()
PY
