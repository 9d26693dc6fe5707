# SPDX-License-Identifier: MIT
"""A server that is no daemon: answers one request with what it is given.

usage: serve.py FILE [STATUS [TYPE]]     prints its port; server.pem, server.key
"""
import socket
import ssl
import sys

body = open(sys.argv[1], "rb").read()
status = sys.argv[2] if len(sys.argv) > 2 else "200"
kind = sys.argv[3] if len(sys.argv) > 3 else "application/cmw+cbor"

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
listener.settimeout(60)
s = context.wrap_socket(listener.accept()[0], server_side=True)
request = b""
while b"\r\n\r\n" not in request:
    request += s.recv(65536)
s.sendall(f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\n"
          f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
s.close()
