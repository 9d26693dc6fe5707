# SPDX-License-Identifier: MIT
"""Between a verifier and PostgreSQL: a COMMIT whose answer is lost.  A file "doubt"
has a line "reached TEXT" or "lost TEXT": at the COMMIT of the next transaction that
has TEXT in it both sides are hung up on, after it was answered to us, or before it
was sent on; the file goes, and who comes within SECONDS is hung up on, too.

usage: doubt.py LISTEN SERVER SECONDS; both are sockets of the file system
"""
import os
import socket
import sys
import threading
import time

# Messages of the protocol, as libpq writes them: PostgreSQL's manual, 55.7.
BEGIN = b"Q\0\0\0\x0aBEGIN\0"
COMMIT = b"Q\0\0\0\x0bCOMMIT\0"
IDLE = b"Z\0\0\0\x05I"
until = 0.0


def wanted():
    """What a transaction in doubt has in it."""
    try:
        with open("doubt") as f:
            how, text = f.read().strip().split(" ", 1)
        return how, text.encode()
    except FileNotFoundError:
        return None, b""


def hang_up(*ends):
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def answers(server, client, state):
    while data := server.recv(65536):
        if state["doubt"]:
            if data.endswith(IDLE):
                break
            continue
        client.sendall(data)
    hang_up(server, client)


def questions(client, server, state):
    global until
    text = b""
    while data := client.recv(65536):
        text = data if data.startswith(BEGIN) else text + data
        how, what = wanted() if data == COMMIT else (None, b"")
        if how and what in text:
            until = time.monotonic() + float(sys.argv[3])
            state["doubt"] = True
            os.unlink("doubt")
            if how == "lost":
                break
        server.sendall(data)
    if not state["doubt"] or how == "lost":
        hang_up(server, client)


def serve(client):
    server = socket.socket(socket.AF_UNIX)
    state = {"doubt": False}
    try:
        server.connect(sys.argv[2])
        back = threading.Thread(target=answers, args=(server, client, state))
        back.start()
        questions(client, server, state)
        back.join()
    except OSError:
        pass
    server.close()
    client.close()


listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("ready", flush=True)
while True:
    one = listener.accept()[0]
    if time.monotonic() < until:
        one.close()
    else:
        threading.Thread(target=serve, args=(one,), daemon=True).start()
