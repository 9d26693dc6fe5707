#!/bin/bash
# SPDX-License-Identifier: MIT
# Several tasks hash the same content for seconds, are killed in the middle of
# it, and somebody opens it for writing meanwhile.
# vm: kernel=6.1,6.12 load=late arm=yes timeout=300
set -euo pipefail

mkdir -p /mnt/ext4
truncate -s 64M /run/ext4.img
mke2fs -q -t ext4 -b 4096 /run/ext4.img
mount -o loop /run/ext4.img /mnt/ext4

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import mmap
from shinrai import *

t = Tap()
WAIT_S = 2  # SHINRAI_WAIT_MS: so long a task waits for another one's hash


def slow_file(name, size):
    path = "/mnt/ext4/" + name
    with open(path, "wb") as f:
        f.write(os.urandom(4096))
        f.truncate(size)
    return path


def start(path):
    return subprocess.Popen(["/vm/helper", "map-wait", path],
                            stdout=subprocess.PIPE)


def end(p):
    p.kill()
    p.wait()


def violations(path):
    return [e.num(REASON) for e in events(settled(), EV_VIOLATION)
            if e.text(PATH) == path]


def open_for_writing(path):
    os.close(os.open(path, os.O_WRONLY))


# How large is a file that takes ten seconds?
size = 8 << 20
begun = time.monotonic()
helper("map", slow_file("probe", size))
size = int(size * 10 / (time.monotonic() - begun)) & ~4095
print("# %d bytes" % size)

path = slow_file("killed", size)
a = start(path)
time.sleep(0.3)
b = start(path)
time.sleep(WAIT_S + 1)
both = a.poll() is None and b.poll() is None
end(b)
a.stdout.readline()
t.ok("a second one that hashes is killed: nothing happened to the first",
     both and violations(path) == [], violations(path))
end(a)

path = slow_file("between", size)
a = start(path)
time.sleep(0.3)
b = start(path)
time.sleep(WAIT_S - 0.8)
open_for_writing(path)
time.sleep(1.8)
both = a.poll() is None and b.poll() is None
end(b)
a.stdout.readline()
t.ok("a writer before a second one begins is not forgotten",
     both and violations(path) == [TOMTOU], violations(path))
end(a)

# In use, measured, and on its way to be measured again.
path = slow_file("again", size)
fd = os.open(path, os.O_RDONLY)
m = mmap.mmap(fd, 4096, flags=mmap.MAP_PRIVATE,
              prot=mmap.PROT_READ | mmap.PROT_EXEC)
os.chmod(path, 0o755)
b = start(path)
time.sleep(1)
t.ok("what changed is hashed again, though its content did not",
     b.poll() is None and violations(path) == [], violations(path))
open_for_writing(path)
t.ok("a writer of what is in use is told meanwhile",
     violations(path) == [TOMTOU], violations(path))
end(b)
m.close()

# Opened to be read, and truncated by that.
path = slow_file("cut", 8192)
m = mmap.mmap(os.open(path, os.O_RDONLY), 4096, flags=mmap.MAP_PRIVATE,
              prot=mmap.PROT_READ | mmap.PROT_EXEC)
t.ok("a file in use is no violation", violations(path) == [])
os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))
t.ok("to open it for reading and truncate it is one",
     violations(path) == [TOMTOU], violations(path))
m.close()

t.ok("the state is armed and nothing else", sysfs("state") == "armed",
     sysfs("state"))
t.ok("the log adds up to the TPM", agrees())
t.done()
PY
