#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An owner for the flow benchmark, and its policies, compiled and signed.

usage: flow_owner.py SHINRAICTL KEYS DIR COUNT...

In DIR are policies COUNT.policy.  Leaves there: owner, the admission signed in
owner.sig; for each COUNT policy-COUNT and policy-COUNT.sig; and label, what the
file that is labelled gets.  KEYS is made by selftests/vm/mkkeys.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../vm/lib"))
import blob  # noqa: E402

OWNER = "acme"
BENCH = "00000000000040008000000000000000"  # the label of flow_policy.py
shinraictl, blob.KEYS, out, *counts = sys.argv[1:]
blob.KEYS += "/"
pem, key = (blob.KEYS + OWNER + end for end in (".pem", ".key"))


def write(name, data):
    with open(f"{out}/{name}", "wb") as f:
        f.write(data)


def policy(*args):
    subprocess.run([shinraictl, "policy", *args], check=True,
                   stderr=subprocess.DEVNULL)


admission = blob.admission(OWNER, OWNER, 1)
write("owner", admission)
write("owner.sig", blob.sign("admin", admission))
write("label", f"{blob.owner_of(OWNER).hex()} {BENCH}\n".encode())
for count in counts:
    name = f"{out}/policy-{count}"
    policy("compile", f"{out}/{count}.policy", "--owner", pem, "--out", name)
    policy("sign", name, "--cert", pem, "--key", key, "--out", name + ".sig")
