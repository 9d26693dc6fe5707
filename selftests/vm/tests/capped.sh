#!/bin/bash
# SPDX-License-Identifier: MIT
# A bank whose hash the kernel lacks is named, capped, and never forgotten.
# vm: kernel=6.1 load=no timeout=120
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
from shinrai import *

t = Tap()
with open("/proc/crypto") as f:
    t.ok("this kernel has no SHA-512 by itself", "sha512" not in f.read())
subprocess.run(["insmod", "/vm/shinrai.ko"], check=True)
sysfs("arm", "1")
helper("flood", "/tmp", 5, 1)
tpm_values()  # the program that asks is measured, too
log = settled()
banks = {}
raw = log[0].events[0].fields[0x13]
for i in range(0, len(raw), 4):
    banks[ALGS[number(raw[i:i + 2])]] = raw[i + 3]
t.ok("START names the capped banks", banks == {
    "sha1": 0, "sha256": 0, "sha384": 1, "sha512": 1}, banks)
t.ok("their digests are all ones in every record", all(
    (set(v) == {0xFF}) == bool(banks[ALGS[a]])
    for r in log for a, v in r.digests))
tpm = tpm_values()
t.ok("the TPM was extended with them, too", replay(log) == tpm, tpm)
_, values = Device().flush()
t.ok("FLUSH returns the values of the other banks",
     all(values[k] == tpm[k] for k in tpm if not banks[k[0]]), values)
t.done()
PY
