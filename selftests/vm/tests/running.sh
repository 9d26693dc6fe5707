#!/bin/bash
# SPDX-License-Identifier: MIT
# What is running at arm: a process without its first thread, code that appears
# while arming, files that never end or never answer; and what is written later.
# vm: kernel=6.1,6.12 slow=6.12 load=no timeout=240
set -euo pipefail

while read -r module; do
	insmod "$module" || true # an accelerated hash that this CPU cannot do
done </vm/modules.first
insmod /vm/shinrai.ko patience=20
mkdir /tmp/new /mnt/stuck

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import signal
from shinrai import *

t = Tap()


def sha(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def random_file(path):
    with open(path, "wb") as f:
        f.write(os.urandom(20000))
    return path


def start(*args, **kwargs):
    """A helper that has done what it had to, and stays."""
    p = subprocess.Popen(["/vm/helper", *map(str, args)],
                         stdout=subprocess.PIPE, **kwargs)
    need(p.stdout.readline() == b"ready\n", args)
    return p


class Stuck:
    """A filesystem of one file, whose every read waits for ever.

    linux/fuse.h, protocol 7.31.
    """
    LOOKUP, GETATTR, OPEN, READ, INIT = 1, 3, 14, 15, 26

    def __init__(self, where):
        self.fd = os.open("/dev/fuse", os.O_RDWR)
        subprocess.run(["mount", "-t", "fuse", "-o", "fd=%d,rootmode=40000,"
                        "user_id=0,group_id=0,allow_other" % self.fd, "stuck",
                        where], check=True, pass_fds=[self.fd])

    def attributes(self, node):
        mode, size = (0o040755, 0) if node == 1 else (0o100755, 50000)
        return struct.pack("=6Q10I", node, size, 0, 0, 0, 0, 0, 0, 0, mode, 1,
                           0, 0, 0, 4096, 0)

    def answer(self, request):
        code, unique, node = struct.unpack_from("=IQQ", request, 4)
        error, out = 0, b""
        if code == self.INIT:
            out = struct.pack("=4I2H2I2H8I", 7, 31, 4096, 0, 1, 1, 4096, 1, 1,
                              0, *[0] * 8)
        elif code == self.LOOKUP:
            out = struct.pack("=4Q2I", 2, 1, 9999, 9999, 0, 0)
            out += self.attributes(2)
        elif code == self.GETATTR:
            out = struct.pack("=Q2I", 9999, 0, 0) + self.attributes(node)
        elif code == self.OPEN:
            out = struct.pack("=Q2I", 1, 0, 0)
        elif code == self.READ:
            return
        else:
            error = -38
        os.write(self.fd, struct.pack("=IiQ", 16 + len(out), error, unique) +
                 out)

    def serve(self):
        while True:
            self.answer(os.read(self.fd, 1 << 18))


stuck = Stuck("/mnt/stuck")
if not os.fork():
    stuck.serve()
with open("/tmp/endless", "wb") as f:
    f.truncate(1 << 40)
start("map-wait", random_file("/tmp/mapped"))
start("leaderless", random_file("/tmp/leaderless"))
start("map-wait", "/tmp/endless", user=1000)
start("map-wait", "/mnt/stuck/file", user=1000)
appearing = start("protects", "/tmp/new", 1)
time.sleep(1.5)  # the leader has ended
begun = time.monotonic()
sysfs("arm", "1")
took = time.monotonic() - begun
print("# armed after %.1f s" % took)
t.ok("arming comes to an end", sysfs("state") == "armed" and took < 60,
     sysfs("state"), took)
time.sleep(0.5)
appearing.send_signal(signal.SIGTERM)
made = int(appearing.stdout.readline())
log = settled()
arm = log[1]
t.ok("START says how long that may take",
     "patience=20" in log[0].events[0].text(0x19))
running = events(log, EV_RUNNING)
code = events(log, EV_RUNNING, EV_CODE)


def told(path, where):
    digest = sha(path)
    return [e for e in where if e.digest == digest]


t.ok("ARM counts what is running", arm.type == ARM and
     arm.events[0].num(RUNNING) == len(running + events(log, EV_MODULE)))
t.ok("what a process has mapped is there",
     [e.num(KIND) for e in told("/tmp/mapped", running)] == [MMAP])
t.ok("so is what one without its first thread has",
     [e.num(KIND) for e in told("/tmp/leaderless", running)] == [MMAP])
t.ok("the first process is a program",
     [e.num(KIND) for e in told("/init", running)] == [EXEC])
count = {}
for e in code:
    count[e.digest] = count.get(e.digest, 0) + 1
missing = [n for n in range(1, made + 1)
           if count.get(sha("/tmp/new/%x" % n)) != 1]
print("# %d appeared meanwhile, %d while arming" % (
    made, len([e for e in running if e.text(PATH).startswith("/tmp/new/")])))
t.ok("each of %d files made executable meanwhile is there once" % made,
     made > 1 and not missing, missing[:10])
unmeasured = events(log, EV_UNMEASURED)
t.ok("what did not end or answer in time is told",
     sorted((e.text(PATH), e.num(ERRNO), e.num(KIND)) for e in unmeasured) ==
     [("/mnt/stuck/file", 95, MMAP), ("/tmp/endless", 110, MMAP)],
     [(e.text(PATH), e.num(ERRNO)) for e in unmeasured])
t.ok("and nothing else is odd", not events(log, EV_VIOLATION, EV_STATE))
t.ok("the log adds up to the TPM", agrees())

with open("/tmp/mapped", "ab") as f:
    f.write(b"changed")
violations = events(settled(), EV_VIOLATION)
t.ok("a write to what was running at arm is a violation",
     [(e.num(REASON), e.text(PATH)) for e in violations] ==
     [(TOMTOU, "/tmp/mapped")],
     [(e.num(REASON), e.text(PATH)) for e in violations])
t.done()
PY
