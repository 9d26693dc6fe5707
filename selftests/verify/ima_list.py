#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes an IMA list, binary, and on stdout how PCR 10 was extended with it.

Each entry of template ima-ng is a path and the text of the file, or "violation";
"boot_aggregate" takes the PCRs 0 to 9 in hexadecimal instead of a text.

usage: ima_list.py [--big-endian] FILE PATH=TEXT...
"""
import hashlib
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../unit"))
from make_fixtures import ima_entry, ima_fields  # noqa: E402


def main():
    args = sys.argv[1:]
    order = "<"
    if args[0] == "--big-endian":
        order = ">"
        args.pop(0)
    out = b""
    for arg in args[1:]:
        path, _, text = arg.partition("=")
        data = (bytes.fromhex(text) if path == "boot_aggregate" else
                text.encode())
        violation = text == "violation"
        digest = bytes(32) if violation else hashlib.sha256(data).digest()
        raw, hashed, _ = ima_entry(order, "ima-ng", ima_fields(
            order, b"sha256:\0" + digest, path.encode() + b"\0"),
            violation=violation)
        out += raw
        print("10:" + ",".join(
            "%s=%s" % (alg, "f" * 2 * hashlib.new(alg).digest_size
                       if violation else hashlib.new(alg, hashed).hexdigest())
            for alg in ("sha1", "sha256")))
    with open(args[0], "wb") as f:
        f.write(out)


main()
