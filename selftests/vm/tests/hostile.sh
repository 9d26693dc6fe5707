#!/bin/bash
# SPDX-License-Identifier: MIT
# Root's own BPF programs call the module's kfuncs with anything from anywhere:
# the machine stays up, and what runs is told as ever.
# vm: kernel=6.1,6.12 load=late arm=yes timeout=240
# vm: file=@build/vm/hostile.bpf.o:/vm/hostile.bpf.o
# vm: file=@build/vm/tracing.bpf.o:/vm/tracing.bpf.o
# vm: file=@build/vm/bpfload:/usr/bin/bpfload file=/usr/bin/perl
set -euo pipefail

mkdir -p /lib/firmware
PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
loaders = []


def load(name):
    """What the loader says; "ready" when the programs are attached."""
    p = subprocess.Popen(["/usr/bin/bpfload", "/vm/%s.bpf.o" % name],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    loaders.append(p)
    text = p.stdout.readline()
    while text and not text.endswith(b"ready\n"):
        more = p.stdout.readline()
        text += more
        if not more:
            break
    return text.decode()


def told(path):
    with open(path, "rb") as f:
        digest = hashlib.file_digest(f, "sha256").hexdigest()
    return [e.num(KIND) for e in events(settled(), EV_CODE)
            if e.digest == digest]


def overrulers():
    return [(e.num(FLAGS), e.text(EXE)) for e in events(
        settled(), EV_VIOLATION) if e.num(REASON) == BPF_PROGRAM]


# BPF_PROG_LOAD of type LSM: on 6.12 the hook comes before the kernel's refusal.
attempt = """exit(syscall(321, 5, pack("L L Q Q L L Q L L a16 L L",
    29, 0, 0, 0, 0, 0, 0, 0, $ARGV[0], "x", 0, 27), 72) >= 0);"""
for flags in 0, 1 << 16:
    t.ok("who may not load it is refused (%d)" % flags, subprocess.run(
        ["setpriv", "--reuid=1000", "--clear-groups", "perl", "-e", attempt,
         str(flags)]).returncode == 0)
t.ok("nobody has loaded what overrules hooks", overrulers() == [],
     overrulers())
said = load("hostile")
t.ok("root's programs attach", said.endswith("ready\n"), said[-900:])
t.ok("which is a violation, told once",
     overrulers() == [(0, "/usr/bin/bpfload")], overrulers())
said = load("tracing")
t.ok("also inside of the module's own locks", said.endswith("ready\n"),
     said[-900:])
for n in range(5):
    path = "/tmp/new%d" % n
    helper("tiny", path, n)
    subprocess.run([path], check=True)
    # Some of those programs measure what is merely opened, as they please.
    t.ok("a new program is told (%d)" % n, EXEC in told(path), told(path))
with open("/lib/firmware/new", "wb") as f:
    f.write(os.urandom(5000))
with open("/sys/devices/virtual/misc/test_firmware/trigger_request",
          "w") as f:
    f.write("new")
t.ok("firmware is told", 5 in told("/lib/firmware/new"))
helper("anon-protect")
helper("protect", "/vm/hostile.bpf.o")
t.ok("what mprotect makes executable is told",
     MMAP in told("/vm/hostile.bpf.o"))
helper("churn", "/tmp/churn", 50, 1000)
t.ok("the last of many contents is told", EXEC in told("/tmp/churn"))
errors = {e.num(ERRNO) for e in events(settled(), EV_UNMEASURED)}
t.ok("bad addresses are errors", errors == {14, 34}, errors)
t.ok("the module's programs cannot be reached", subprocess.run(
    ["bpftool", "prog", "dump", "xlated", "name", "shinrai_exec"],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0)
t.ok("the state is armed and nothing else", sysfs("state") == "armed",
     sysfs("state"))
for p in loaders:
    p.kill()
    p.wait()
sysfs("mode", "enforce")
said = load("hostile")
t.ok("enforcing, it is refused", "ready" not in said, said[-900:])
t.ok("and told as that", overrulers()[1:] == [
    (REFUSED, "/usr/bin/bpfload")], overrulers())
said = load("tracing")
t.ok("programs that only look are not", said.endswith("ready\n"),
     said[-900:])
loaders[-1].kill()
t.ok("the log adds up to the TPM", agrees())
t.done()
PY
