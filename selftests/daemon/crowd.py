# SPDX-License-Identifier: MIT
"""Many verifiers at once: connect all, then ask all; prints what came back.

usage: crowd.py PORT COUNT [CERT]   lines "STATUS TREE-SIZE VALID" of each
"""
import base64
import collections
import os
import select
import socket
import ssl
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evidence  # noqa: E402

port, count = int(sys.argv[1]), int(sys.argv[2])
name = sys.argv[3] if len(sys.argv) > 3 else "client"
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations("ca.pem")
context.load_cert_chain(f"{name}.pem", f"{name}.key")


def connect():
    s = socket.create_connection(("127.0.0.1", port))
    return context.wrap_socket(s, server_hostname="127.0.0.1")


def request(nonce):
    text = base64.urlsafe_b64encode(nonce).rstrip(b"=").decode()
    body = f'{{"nonce":"{text}","items":["log"]}}'
    return (f"POST /v1/evidence HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


clients = [(connect(), os.urandom(32)) for _ in range(count)]
for s, nonce in clients:
    s.sendall(request(nonce))
    s.setblocking(False)
answers = {s: b"" for s, _ in clients}
poller = select.poll()
by_fd = {}
for s, _ in clients:
    poller.register(s, select.POLLIN)
    by_fd[s.fileno()] = s
while by_fd:
    ready = poller.poll(30000)
    if not ready:
        sys.exit(f"{len(by_fd)} of {count} clients got no whole answer")
    for fd, _ in ready:
        s = by_fd[fd]
        try:
            while True:
                b = s.recv(65536)
                if not b:
                    break
                answers[s] += b
            poller.unregister(fd)
            del by_fd[fd]
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLError, OSError):
            poller.unregister(fd)
            del by_fd[fd]

result = collections.Counter()
quotes = set()
for s, nonce in clients:
    head, _, body = answers[s].partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        result[head[9:12].decode() or "none"] += 1
        continue
    items, end = evidence.cbor(body)
    c = evidence.challenge(items["challenge"][1])
    attest = items["attest"][1]
    good = (end == len(body) and c["nonce"] == nonce and
            evidence.qualifying(c) in attest)
    quotes.add(attest)
    result["200" if good else "wrong"] += 1
print(" ".join(f"{k}:{v}" for k, v in sorted(result.items())),
      f"quotes:{len(quotes)}")
