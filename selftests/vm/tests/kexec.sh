#!/bin/bash
# SPDX-License-Identifier: MIT
# A kernel started by kexec is another boot under the same PCRs: the first log
# names what was started, the second says that it did not begin at zero.
# vm: kernel=6.1,6.12 slow=6.1,6.12 load=late arm=yes timeout=150 mem=2048
# vm: file=@kernel/vmlinuz:/vm/vmlinuz
set -euo pipefail

export PYTHONPATH=/vm/lib
if ! grep -q second=1 /proc/cmdline; then
	(
		cd /
		for dir in proc sys dev tmp run mnt out; do echo "$dir"; done
		find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o \
			-path ./tmp -o -path ./run -o -path ./mnt -o \
			-path ./out \) -prune -o -print
	) | cpio -o -H newc >/tmp/next
	/vm/helper kexec-load /vm/vmlinuz /tmp/next "$(cat /proc/cmdline) second=1"
	python3 -S - <<'PY'
from shinrai import *

t = Tap()
KEXEC = 6
told = [(e.num(KIND), e.text(PATH)) for e in events(settled(), EV_CODE)]
t.ok("the kernel to start is in the log", (KEXEC, "/vm/vmlinuz") in told)
t.ok("so is its initramfs", (KEXEC, "/tmp/next") in told)
t.ok("the first log begins at zero", not any(map(any, value_list(
    settled()[0].events[0].fields[PCR_VALUES]).values())))
t.ok("it adds up to the TPM", agrees())
PY
	/vm/helper kexec
fi
python3 -S - <<'PY'
from shinrai import *

t = Tap()
t.count = 4  # of the first boot
log = settled()
start = value_list(log[0].events[0].fields[PCR_VALUES])
t.ok("the second log begins where the first one ended, in every bank",
     len(start) >= 6 and all(map(any, [
         value for (_, pcr), value in start.items() if pcr == 12])))
t.ok("it adds up to the TPM", agrees())
t.ok("and is of another boot", log[0].boot.hex() == sysfs("boot_id"))
t.done()
PY
