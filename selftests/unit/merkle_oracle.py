#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""RFC 9162 2.1 as it stands there, for merkle_test.c.

Leaf i is the decimal number i.  usage: merkle_oracle.py ALL SEED COUNT MOST
Prints each root, inclusion and consistency proof of the sizes up to ALL, and COUNT
random ones of sizes up to MOST: "root SIZE HASH", "in INDEX SIZE HASH...",
"con OLD SIZE HASH...".
"""
import functools
import hashlib
import random
import sys


def sha(data):
    return hashlib.sha256(data).digest()


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


@functools.lru_cache(maxsize=None)
def mth(a, b):
    """MTH(D[a:b])"""
    if a == b:
        return sha(b"")
    if b - a == 1:
        return sha(b"\0" + str(a).encode())
    k = split(b - a)
    return sha(b"\1" + mth(a, a + k) + mth(a + k, b))


def path(m, a, b):
    """PATH(m, D[a:b])"""
    n = b - a
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return path(m, a, a + k) + [mth(a + k, b)]
    return path(m - k, a + k, b) + [mth(a, a + k)]


def subproof(m, a, b, whole):
    """SUBPROOF(m, D[a:b], whole)"""
    n = b - a
    if m == n:
        return [] if whole else [mth(a, b)]
    k = split(n)
    if m <= k:
        return subproof(m, a, a + k, whole) + [mth(a + k, b)]
    return subproof(m - k, a + k, b, False) + [mth(a, a + k)]


def say(*words):
    print(*(w.hex() if isinstance(w, bytes) else w for w in words))


def main():
    every, seed, count, most = map(int, sys.argv[1:])
    rand = random.Random(seed)
    for n in range(every + 1):
        say("root", n, mth(0, n))
        for m in range(n):
            say("in", m, n, *path(m, 0, n))
            say("con", m + 1, n, *subproof(m + 1, 0, n, True))
    for _ in range(count):
        n = rand.randint(every + 1, most)
        m = rand.randrange(n)
        say("root", n, mth(0, n))
        say("in", m, n, *path(m, 0, n))
        say("con", m + 1, n, *subproof(m + 1, 0, n, True))


main()
