#!/bin/bash
# SPDX-License-Identifier: MIT
# Owners are admitted, policies loaded: what is refused, recorded, replaced.
# vm: kernel=6.1,6.12 load=late arm=yes timeout=300
# vm: append=shinrai.anchor=/vm/keys/admin.der
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
from blob import *
l = Loader()
l.admit("acme", "acme", 5)
print(l.owners())
b = policy("acme", "acme", 1, [Rule(DENY, SEND), Rule(ALLOW, SEND, 0, net=(b"\x0a\0\0\0", 8), port=443, proto=6), Rule(AUDIT, READ, 0, uid=1000)])
l.policy("acme", b)
print(l.owners())
print(l.get(owner_of("acme"))[1] == b)
PY
