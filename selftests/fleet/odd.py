# SPDX-License-Identifier: MIT
"""An attester that answers in the way that the file "how" says at the time.

usage: odd.py            prints its port; server.pem, server.key, ca.pem
"""
import socket
import ssl
import threading
import time

BODY = "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
CMW = "application/cmw+cbor"


def answer(s, how):
    what, _, arg = how.partition(" ")
    if what == "slam":
        return
    request = b""
    while b"\r\n\r\n" not in request:
        more = s.recv(65536)
        if not more:
            return
        request += more
    if what == "bytes":  # of evidence that is none
        s.sendall((BODY % (CMW, int(arg))).encode() + b"x" * int(arg))
    elif what == "claim":  # that many, and then nothing
        s.sendall((BODY % (CMW, int(arg))).encode())
        time.sleep(30)
    elif what == "type":
        s.sendall((BODY % (arg, 2)).encode() + b"{}")
    elif what == "status":
        text = b'{"detail":"not you\\u0007\\u001b[31m"}'
        s.sendall(b"HTTP/1.1 %s x\r\nContent-Length: %d\r\n\r\n"
                  % (arg.encode(), len(text)) + text)
    elif what == "garbage":
        s.sendall(b"\x00\x01\x02" * 5000)
    elif what == "drip":
        for c in BODY % (CMW, 1 << 20):
            s.sendall(c.encode())
            time.sleep(0.5)
    elif what == "hang":
        time.sleep(30)
    # Whoever asked ends the connection: wait for that.
    s.settimeout(5)
    s.recv(1)


def serve(raw):
    try:
        with context.wrap_socket(raw, server_side=True) as s:
            with open("how", encoding="ascii") as f:
                answer(s, f.read().strip())
    except OSError:
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],),
                     daemon=True).start()
