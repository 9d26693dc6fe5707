#!/bin/bash
# SPDX-License-Identifier: MIT
# /dev/shinrai: read, poll, seek, flush, checkpoint, trim, and what it refuses.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes timeout=120
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import select
from errno import *
from shinrai import *

t = Tap()
subprocess.run(["tpm2_pcrread"], stdout=subprocess.DEVNULL)
helper("flood", "/tmp", 30, 1)
log = settled()
dev = Device()


def new(n, state=[1000]):
    helper("flood", "/tmp", n, state[0])
    state[0] += n


# Reading from any record on.
t.ok("a new opener begins with record 0",
     split(os.read(dev.fd, 1 << 20))[0].num == 0)
wrong = []
for n in range(len(log)):
    dev.seek(n)
    if [r.num for r in split(os.read(dev.fd, 1 << 20))] != list(
            range(n, len(log))):
        wrong.append(n)
t.ok("from any of %d records on" % len(log), not wrong, wrong)
dev.seek(2)
one = os.read(dev.fd, log[2].size)
t.ok("a buffer for one record gets one",
     [r.num for r in split(one)] == [2])
t.ok("one byte more does not get a part of the next",
     [r.num for r in split(os.read(dev.fd, log[3].size + 1))] == [3])
t.refused("a buffer too small for a record", EMSGSIZE,
          os.read, dev.fd, log[4].size - 1)
t.ok("which is not lost", split(os.read(dev.fd, log[4].size))[0].num == 4)
other = Device()
other.seek(5)
dev.seek(1)
os.read(dev.fd, 1 << 20)
t.ok("two openers have a position each",
     split(os.read(other.fd, 1 << 20))[0].num == 5)

# The end of the log: EAGAIN, poll, and a reader that waits.
dev.raw()
t.refused("at the end, O_NONBLOCK", EAGAIN, os.read, dev.fd, 1 << 20)
for n in (len(log), len(log) + 1, 10 ** 9, 2 ** 63, 2 ** 64 - 1):
    dev.seek(n)
    t.refused("beyond the end, from %d on" % n, EAGAIN,
              os.read, dev.fd, 1 << 20)
dev.raw()
poll = select.poll()
poll.register(dev.fd, select.POLLIN)
t.ok("poll waits at the end", poll.poll(200) == [])
pid = os.fork()
if not pid:
    waiting = Device(os.O_RDONLY)
    waiting.seek(len(log))
    os._exit(0 if split(os.read(waiting.fd, 1 << 20))[0].num == len(log)
             else 1)
time.sleep(0.5)
t.ok("a reader without O_NONBLOCK waits", os.waitpid(pid, os.WNOHANG)[0] == 0)
new(1)
t.ok("and gets the next record", os.waitpid(pid, 0)[1] == 0)
t.ok("poll tells of it", poll.poll(5000) == [(dev.fd, select.POLLIN)])

# What is refused.
inval = (("an unknown flag of SEEK", dev.seek, 0, 1, 0),
         ("a reserved field of SEEK", dev.seek, 0, 0, 1),
         ("an unknown flag of TRIM", dev.trim, 0, 1 << 31, 0),
         ("a reserved field of TRIM", dev.trim, 0, 0, 1 << 31),
         ("an unknown flag of FLUSH", dev.flush, 1),
         ("TRIM without a checkpoint", dev.trim, 3))
for text, call, *args in inval:
    t.refused(text, EINVAL, call, *args)
reader = Device(os.O_RDONLY | os.O_NONBLOCK)
t.ok("a reader may ask for INFO and SEEK",
     reader.info()["abi"] == 1 and reader.seek(0) is None)
for text, call, *args in (("FLUSH", reader.flush), ("TRIM", reader.trim, 0),
                          ("CHECKPOINT", reader.checkpoint)):
    t.refused(text + " without write access", EPERM, call, *args)
for text, request in (("an unknown number", ioc(0, 9, 0)),
                      ("another size", ioc(2, 1, 95)),
                      ("another direction", ioc(1, 1, 96)),
                      ("another magic", 0x5401)):
    t.refused("ioctl of " + text, ENOTTY, fcntl.ioctl, dev.fd, request,
              bytes(96))
for text, request in (("INFO", IOC_INFO), ("FLUSH", IOC_FLUSH),
                      ("SEEK", IOC_SEEK), ("TRIM", IOC_TRIM)):
    t.refused(text + " at a bad address", EFAULT, fcntl.ioctl, dev.fd,
              request, 8)
t.refused("writing", EINVAL, os.write, dev.fd, b"x")
t.refused("lseek", ESPIPE, os.lseek, dev.fd, 0, os.SEEK_SET)

info = dev.info()
t.ok("INFO says what sysfs says", [str(info[k]) for k in (
    "abi", "records", "bytes", "pcr_code", "pcr_flow")] == [
    sysfs(k) for k in ("abi", "records", "bytes", "pcr_code", "pcr_flow")] and
    info["boot"].hex() == sysfs("boot_id") and info["state"] == 1, info)
log = settled()
t.ok("and counts the bytes right", dev.info()["bytes"] == sum(
    r.size for r in log))


def checkpoint_right(c):
    e = c.events[0]
    n = e.num(RECORDS)
    whole = (log + dev.records(log[-1].num + 1))[:n]
    need([r.num for r in whole] == list(range(n)), "the whole log")
    root = tree([sha256(b"\0" + r.header) for r in whole])
    values = {k: v.hex() for k, v in value_list(
        e.fields[PCR_VALUES]).items()}
    return (c.type == CHECKPOINT and n == c.num and len(c.events) == 1 and
            e.fields[LOG_ROOT] == root and values == replay(whole))


# Checkpoint and trim.
dev.checkpoint()
point = dev.records()[-1]
t.ok("CHECKPOINT covers all records, its root and values are right",
     checkpoint_right(point))
log = settled()
t.refused("TRIM above the checkpoint", EINVAL, dev.trim, point.num + 1)
held = dev.info()["bytes"]
dev.trim(10)
t.ok("trimmed to 10: record 0 stays, 1 to 9 are gone",
     [r.num for r in dev.records()] == [0] + list(range(10, len(log))))
t.ok("INFO says where the rest begins", dev.info()["first"] == 10)
t.ok("and that it takes less memory", dev.info()["bytes"] == held - sum(
    r.size for r in log[1:10]))
dev.trim(5)
t.ok("trimming less changes nothing", dev.info()["first"] == 10)
dev.seek(4)
t.ok("seeking what is gone gets the next",
     split(os.read(dev.fd, 1 << 20))[0].num == 10)
dev.trim(point.num)
t.ok("trimmed to the checkpoint, it stays itself",
     [r.num for r in dev.records()] == [0, point.num])
new(20)
log += dev.records(log[-1].num + 1)
dev.checkpoint()
t.ok("the next checkpoint still covers the whole log",
     checkpoint_right(dev.records()[-1]))
log += dev.records(log[-1].num + 1)
t.ok("which adds up to the TPM", replay(log) == tpm_values(),
     replay(log), tpm_values())
t.done()
PY
