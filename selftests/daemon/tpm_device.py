# SPDX-License-Identifier: MIT
"""A character device that is a TPM: a terminal in raw mode before swtpm.

usage: tpm_device.py LINK TPM-PORT
"""
import os
import pty
import select
import socket
import sys
import tty

master, slave = pty.openpty()
tty.setraw(slave)
os.symlink(os.ttyname(slave), sys.argv[1])
tpm = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
pending = b""
while True:
    ready, _, _ = select.select([master, tpm], [], [])
    if master in ready:
        tpm.sendall(os.read(master, 4096))
    if tpm in ready:
        b = tpm.recv(4096)
        if not b:
            break
        pending += b
        # The device returns whole responses only.
        while len(pending) >= 6:
            size = int.from_bytes(pending[2:6], "big")
            if len(pending) < size:
                break
            os.write(master, pending[:size])
            pending = pending[size:]
