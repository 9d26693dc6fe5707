# SPDX-License-Identifier: MIT
"""A program under the system call filter of a unit, without systemd.

usage: confined.py UNIT PROGRAM [ARGUMENT...]
"""
import ctypes
import errno
import os
import subprocess
import sys

ERRNO, ALLOW = 0x00050000, 0x7fff0000


def sets():
    """The sets of system calls that this systemd knows."""
    out = subprocess.run(["systemd-analyze", "syscall-filter"], check=True,
                         capture_output=True, text=True).stdout
    found, name = {}, None
    for line in out.splitlines():
        word = line.strip()
        if line.startswith("@"):
            name = found.setdefault(word, [])
        elif not line.strip():
            name = None
        elif name is not None and not word.startswith("#"):
            name.append(word)
    return found


def members(known, word):
    if not word.startswith("@"):
        return {word}
    return {c for w in known[word] for c in members(known, w)}


def allowed(unit):
    """What its lines, one after the other, leave: systemd.exec(5)."""
    known = sets()
    calls = members(known, "@default")
    with open(unit, encoding="utf-8") as f:
        lines = [line.strip().partition("=")[2] for line in f
                 if line.startswith("SystemCallFilter=")]
    assert lines and not lines[0].startswith("~"), "not a list of what is allowed"
    for line in lines:
        some = {c for w in line.lstrip("~").split() for c in members(known, w)}
        calls = calls - some if line.startswith("~") else calls | some
    return calls


def confine(calls):
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    ctx = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(ERRNO | errno.EPERM)))
    for call in calls:
        number = lib.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:
            assert not lib.seccomp_rule_add(ctx, ctypes.c_uint32(ALLOW),
                                            number, 0), call
    assert not lib.seccomp_load(ctx), "no filter"


confine(allowed(sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])
