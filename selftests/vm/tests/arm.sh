#!/bin/bash
# SPDX-License-Identifier: MIT
# Arming is all or nothing, tells what runs already, and cannot be undone.
# vm: kernel=6.1,6.12 load=late arm=no timeout=150
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import errno
import json
from shinrai import *

t = Tap()
FTRACE = "/proc/sys/kernel/ftrace_enabled"


def write(path, text):
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def bpf(*args):
    r = subprocess.run(["bpftool"] + list(args), stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT)
    return r.returncode, r.stdout.decode()


def ours():
    return [p for p in json.loads(bpf("--json", "prog", "show")[1])
            if p.get("name", "").startswith("shinrai")]


def sha(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def copy_of(path, to):
    subprocess.run(["cp", path, to], check=True)
    with open(to, "ab") as f:
        f.write(to.encode())


def told(digest):
    return [e.type for e in events(settled(), EV_CODE, EV_RUNNING)
            if e.digest == digest]


# Loaded: nothing happens, and everything can be undone.
helper("flood", "/tmp", 3, 1)
t.ok("only START before it is armed", [r.type for r in settled()] == [START])
t.ok("arm reads 0, state reads loaded",
     (sysfs("arm"), sysfs("state")) == ("0", "loaded"))
for name, value, error in (
        ("arm", "2", errno.EINVAL), ("arm", "", errno.EINVAL),
        ("arm", "1 1", errno.EINVAL), ("mode", "enforce", errno.EPERM),
        ("mode", "disabled", errno.EINVAL), ("flush", "0", errno.EINVAL),
        ("extend", "never", errno.EINVAL)):
    if value:
        t.refused("writing \"%s\" to %s is refused" % (value, name), error,
                  write, SYSFS + name, value)
subprocess.run(["rmmod", "shinrai"], check=True)
subprocess.run(["insmod", "/vm/shinrai.ko"], check=True)
start = value_list(settled()[0].events[0].fields[PCR_VALUES])
t.ok("unloaded and loaded: START tells what the PCRs held",
     agrees() and set(start[("sha256", 12)]) != {0})

# A step that fails: nothing is left of the others.
write(FTRACE, "0")
t.refused("with ftrace disabled it cannot be armed", errno.EBUSY,
          write, SYSFS + "arm", "1")
t.ok("nothing is attached", ours() == [])
t.ok("arm reads 0, state reads loaded",
     (sysfs("arm"), sysfs("state")) == ("0", "loaded"))
helper("flood", "/tmp", 3, 4)
t.ok("the log is as before", [r.type for r in settled()] == [START])
write(FTRACE, "1")

# What runs already.
copy_of("/usr/bin/busybox", "/tmp/busybox-running")
copy_of("/usr/bin/busybox", "/tmp/busybox-deleted")
running = [subprocess.Popen(["/tmp/busybox-" + n, "sleep", "1000"],
                            user=u) for n, u in (("running", 1000),
                                                 ("deleted", 0))]
digests = [sha("/tmp/busybox-running"), sha("/tmp/busybox-deleted")]
os.unlink("/tmp/busybox-deleted")
write(SYSFS + "arm", "1")
t.ok("arm reads 1, state reads armed",
     (sysfs("arm"), sysfs("state")) == ("1", "armed"))
log = settled()
t.ok("ARM is the second record", [r.type for r in log[:2]] == [START, ARM])
t.ok("a program that runs is RUNNING", told(digests[0]) == [EV_RUNNING])
t.ok("so is one whose file was deleted", told(digests[1]) == [EV_RUNNING])
t.ok("and the user who runs it is told", [
    e.uid for e in events(log, EV_RUNNING) if e.digest == digests[0]] == [1000])
mapped = set()
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open("/proc/%s/maps" % pid) as f:
            lines = [line.split(None, 5) for line in f]
    except OSError:
        continue
    mapped |= {w[5].strip() for w in lines
               if "x" in w[1] and len(w) == 6 and w[5].startswith("/")}
missing = [p for p in mapped if " (deleted)" not in p and not told(sha(p))]
t.ok("every file that anybody has mapped executable is in the log",
     len(mapped) > 8 and not missing, missing)
with open("/proc/modules") as f:
    modules = sorted(line.split()[0] for line in f)
t.ok("every kernel module is a MODULE event",
     sorted(e.text(NAME) for e in events(log, EV_MODULE)) == modules)
t.ok("ARM counts both", log[1].events[0].num(RUNNING) == len(
    events(log, EV_MODULE, EV_RUNNING)))
digest = sha("/tmp/busybox-running")
subprocess.run(["/tmp/busybox-running", "true"], check=True)
t.ok("it is not told again when it runs anew", told(digest) == [EV_RUNNING])

# For good.
t.refused("arming twice is refused", errno.EALREADY,
          write, SYSFS + "arm", "1")
t.refused("disarming is refused", errno.EINVAL, write, SYSFS + "arm", "0")
t.refused("changing how it extends is refused", errno.EBUSY,
          write, SYSFS + "extend", "batch")
for verb, how in (("delete", "64-bit"), ("delete32", "32-bit")):
    code, text = helper(verb, "shinrai", os.O_NONBLOCK)
    t.ok("unloading is refused, " + how,
         code == 1 and text.endswith("EAGAIN"), text)
    code, text = helper(verb, "shinrai", os.O_NONBLOCK | os.O_TRUNC)
    t.ok("unloading by force is refused, " + how,
         code == 1 and text.endswith("EPERM"), text)
code, text = helper("delete", "squashfs", os.O_NONBLOCK)
t.ok("other modules can be unloaded", code == 0, text)
t.refused("disabling ftrace is refused", errno.EBUSY, write, FTRACE, "0")
code, text = bpf("map", "show")
t.ok("our map cannot be opened",
     code and "Operation not permitted" in text, text)
code, text = bpf("prog", "show")
t.ok("our programs cannot be opened",
     code and "Operation not permitted" in text, text)
detached = [n for n in range(1, 40) if bpf("link", "detach", "id", str(n))[
    0] == 0]
t.ok("no link can be detached", not detached, detached)

# Who may do what.
user = ["setpriv", "--reuid=user", "--regid=user", "--clear-groups"]
for what in ("cat /dev/shinrai", "echo 1 >/sys/kernel/shinrai/flush",
             "echo 1 >/sys/kernel/shinrai/arm",
             "echo enforce >/sys/kernel/shinrai/mode",
             "echo sync >/sys/kernel/shinrai/extend"):
    r = subprocess.run(user + ["bash", "-c", what], stderr=subprocess.PIPE)
    t.ok("an ordinary user may not: " + what, r.returncode == 1 and
         b"Permission denied" in r.stderr, r.stderr)
t.ok("an ordinary user may read the state", subprocess.run(
    user + ["cat", SYSFS + "state", SYSFS + "records"],
    stdout=subprocess.DEVNULL).returncode == 0)

# Enforce, and no way back.
write(SYSFS + "mode", "enforce")
t.ok("mode reads enforce", sysfs("mode") == "enforce")
t.ok("a STATE event tells so", [
    (e.num(REASON), e.num(0x24)) for e in events(settled(), EV_STATE)] ==
    [(19, 1)])
t.refused("back to observe is refused", errno.EPERM,
          write, SYSFS + "mode", "observe")
copy_of("/usr/bin/busybox", "/tmp/busybox-after")
subprocess.run(["/tmp/busybox-after", "true"], check=True)
t.ok("after all this, code is still measured",
     told(sha("/tmp/busybox-after")) == [EV_CODE])
t.ok("the PCRs add up", agrees())
for p in running:
    p.kill()
t.done()
PY
