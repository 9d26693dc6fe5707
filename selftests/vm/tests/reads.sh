#!/bin/bash
# SPDX-License-Identifier: MIT
# What the kernel itself reads from files is measured and in the TPM before it
# is used: firmware, kexec images, other content; also when it enforces.
# vm: kernel=6.1,6.12 slow=6.12 load=late arm=yes timeout=120 mem=1536
# vm: file=@kernel/vmlinuz:/vm/vmlinuz
set -euo pipefail

mkdir -p /lib/firmware
PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
FIRMWARE, KEXEC, OTHER = 5, 6, 7


def sha(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def told(path):
    """(kind, flags, path) of the content's events; the TPM has them now."""
    dev = Device()
    log, digest = dev.records(), sha(path)
    need(replay(log) == tpm_values(), "not extended")
    dev.close()
    return [(e.num(KIND), e.num(FLAGS), e.text(PATH)) for e in events(
        log, EV_CODE) if e.digest == digest]


def random_file(path):
    with open(path, "wb") as f:
        f.write(os.urandom(20000))
    return path


def firmware(name):
    with open("/sys/devices/virtual/misc/test_firmware/trigger_request",
              "w") as f:
        f.write(name)


tpm_values()
for mode in ("observe", "enforce"):
    sysfs("mode", mode)
    path = random_file("/lib/firmware/" + mode)
    real = os.path.realpath(path)
    firmware(mode)
    t.ok("%s: firmware, once" % mode, told(path) == [(FIRMWARE, 0, real)],
         told(path))
    firmware(mode)
    t.ok("%s: and only once" % mode, len(told(path)) == 1)
    initrd = random_file("/tmp/initrd." + mode)
    code, said = helper("kexec-load", "/vm/vmlinuz", initrd, "quiet")
    t.ok("%s: a kernel to boot next is loaded" % mode, code == 0, said)
    t.ok("%s: it is told, once" % mode,
         told("/vm/vmlinuz") == [(KEXEC, 0, "/vm/vmlinuz")],
         told("/vm/vmlinuz"))
    t.ok("%s: so is its initramfs" % mode,
         told(initrd) == [(KEXEC, 0, initrd)], told(initrd))
path = random_file("/tmp/policy")
try:
    with open("/sys/kernel/security/ima/policy", "w") as f:
        f.write(path)
except OSError:
    pass
t.ok("other content that the kernel reads", told(path) == [
    (OTHER, 0, path)], told(path))

# Users' code and the kernel's are told apart, also when they are the same.
helper("tiny", "/lib/firmware/both", 77)
subprocess.run(["/lib/firmware/both"], check=True)
firmware("both")
t.ok("one content as a program and as firmware", [
    k for k, _, _ in told("/lib/firmware/both")] == [EXEC, FIRMWARE])
t.ok("nothing else is odd", not events(
    settled(), EV_VIOLATION, EV_UNMEASURED))
t.done()
PY
