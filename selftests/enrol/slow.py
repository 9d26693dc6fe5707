#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A slow link: what is sent to PORT arrives at TARGET, so many bytes a second.

usage: slow.py PORT TARGET BYTES_PER_SECOND

While there is a file "cut" nothing arrives.  The other direction is fast.  Each
connection's end is told, with the bytes that it brought.
"""
import os
import socket
import sys
import threading
import time

BUFFER = 8192
TICK = 0.05


def fast(source, sink):
    try:
        while data := source.recv(BUFFER):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def slow(source, sink, rate):
    took = 0
    begun = time.monotonic()
    try:
        while data := source.recv(BUFFER):
            while os.path.exists("cut"):
                time.sleep(TICK)
                begun += TICK
            took += len(data)
            ahead = begun + took / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            else:
                begun -= ahead  # what was idle is not made up for
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    print("ended", took, flush=True)


def main():
    port, target, rate = map(int, sys.argv[1:])
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # The sender is to see how slow it is.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    listener.bind(("127.0.0.1", port))
    listener.listen(16)
    print("ready", flush=True)
    while True:
        near, _ = listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", target))
        except OSError:
            near.close()
            continue
        far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        threading.Thread(target=fast, args=(far, near), daemon=True).start()
        threading.Thread(target=slow, args=(near, far, rate),
                         daemon=True).start()


main()
