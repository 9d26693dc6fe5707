# SPDX-License-Identifier: MIT
"""Compares the labels that the machine's files have with those they should.

usage: labelled.py EXPECTED

A line of EXPECTED: "LABELS FILE", letters in order; "LABELS? FOLDER/": each
file below may have those.  Whatever is not named must have none.  Letters: the
labels of owner acme d and p, of beta s, as numbered by blob.policy().
"""
import os
import sys

from blob import owner_of

XATTR = "security.shinrai"
NAMES = {(owner_of(owner), bytes([number] * 16)): letter
         for owner, number, letter in (("acme", 1, "d"), ("acme", 2, "p"),
                                       ("beta", 1, "s"))}
SKIPPED = {"/proc", "/sys", "/dev", "/vm", "/out"}


def labels(path):
    try:
        value = os.getxattr(path, XATTR, follow_symlinks=False)
    except OSError:
        return ""
    assert value[0] == 1 and len(value) == 4 + 48 * value[1], value
    ids = [value[n:n + 48] for n in range(4, len(value), 48)]
    return "".join(sorted(NAMES.get((i[:32], i[32:]), "X") for i in ids))


def files():
    for folder, folders, names in os.walk("/"):
        folders[:] = [f for f in folders
                      if os.path.join(folder, f) not in SKIPPED]
        for name in names + folders:
            yield os.path.join(folder, name)


def main():
    must, may, seen, wrong = {}, [], set(), []
    with open(sys.argv[1], encoding="utf-8") as f:
        for line in f:
            want, path = line.rstrip("\n").split(" ", 1)
            if want.endswith("?"):
                may.append((path, want[:-1]))
            else:
                must[path] = want
    for path in files():
        seen.add(path)
        has = labels(path)
        wants = {must.get(path, "")}
        wants |= {w for prefix, w in may if path.startswith(prefix)}
        if has not in wants:
            wrong.append("%s has \"%s\", not \"%s\"" % (
                path, has, "\" or \"".join(sorted(wants))))
    wrong += ["%s is not there" % p for p in sorted(set(must) - seen)]
    sys.exit("\n".join(wrong) if wrong or not must else 0)


main()
