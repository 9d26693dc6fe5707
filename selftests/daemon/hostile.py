# SPDX-License-Identifier: MIT
"""Clients that mean harm.

usage: hostile.py PORT WHAT[,WHAT...] [COUNT [METHOD PATH [CLIENT]]]

METHOD PATH: of those that ask for something; CLIENT.pem: who they are.  Keeps what it
opened until its standard input ends, and then prints how many of the connections the
daemon had closed by itself.
"""
import socket
import ssl
import struct
import sys
import time

port, attacks = int(sys.argv[1]), sys.argv[2].split(",")
count = int(sys.argv[3]) if len(sys.argv) > 3 else 1
line = " ".join(sys.argv[4:6] or ["POST", "/v1/evidence"]) + " HTTP/1.1\r\n"
client = sys.argv[6] if len(sys.argv) > 6 else "client"


def tcp():
    return socket.create_connection(("127.0.0.1", port))


def tls():
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.load_verify_locations("ca.pem")
    c.load_cert_chain(f"{client}.pem", f"{client}.key")
    return c.wrap_socket(tcp(), server_hostname="127.0.0.1")


def post(body, more=""):
    return (f"{line}Host: x\r\n{more}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


CHALLENGE = '{"nonce":"AAAAAAAAAAAAAAAAAAAAAA"}'


def silent():
    return tcp()


def half_hello():
    s = tcp()
    s.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    return s


def garbage():
    s = tcp()
    s.sendall(bytes(range(256)) * 64)
    return s


def plain_http():
    s = tcp()
    s.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
    return s


def idle():
    return tls()


def half_request():
    s = tls()
    s.sendall(post(CHALLENGE)[:-5])
    return s


def http_garbage():
    s = tls()
    s.sendall(b"\0\r\n\r\n" + bytes(range(256)) * 16)
    return s


def long_headers():
    s = tls()
    s.sendall(post(CHALLENGE, "X: " + "a" * 8000 + "\r\n"))
    return s


def endless_headers():
    s = tls()
    try:
        s.sendall(line.encode())
        for _ in range(5000):
            s.sendall(b"A: " + b"b" * 200 + b"\r\n")
    except OSError:
        pass
    return s


def chunked():
    s = tls()
    s.settimeout(10)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    s.sendall(f"{line}Host: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    return s


def stopped(s, first, more):
    """s, if it was closed before it had taken 12 MiB, or None."""
    try:
        s.sendall(first)
        for _ in range(192):
            s.sendall(more * (65536 // len(more)))
    except TimeoutError:
        return None
    except OSError:
        return s
    return None


def endless_chunk_size():
    return stopped(chunked(), b"", b"0")


def endless_chunk_extension():
    return stopped(chunked(), b"1;", b"x")


def empty_chunk_lines():
    return stopped(chunked(), b"", b"\r\n")


def huge_length():
    s = tls()
    s.sendall((f"{line}Host: x\r\n"
               "Content-Length: 99999999999999999999\r\n\r\n{").encode())
    return s


def smuggle():
    s = tls()
    s.sendall(post(CHALLENGE, "Transfer-Encoding: chunked\r\n"))
    return s


def pipelined():
    s = tls()
    s.sendall(post(CHALLENGE) * 50)
    return s


def never_reads():
    s = tls()
    s.sendall(post(CHALLENGE))
    return s


def never_reads_many():
    """Of a verifier: more answers than fit into any buffer."""
    s = tls()
    s.sendall(b"GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 400)
    return s


def reset():
    """Vanishes with RST, half of them in the middle of the answer."""
    s = tls()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.sendall(post(CHALLENGE))
    reset.n += 1
    if reset.n % 2:
        s.recv(100)
    s.close()
    return None


reset.n = 0


def slowloris():
    """A byte of a header each second; see drip()."""
    s = tls()
    s.sendall(line.encode())
    slow.append(s)
    return s


slow = []


def drip():
    for _ in range(6):
        time.sleep(1)
        for s in slow:
            try:
                s.sendall(b"A")
            except OSError:
                pass


def closed(s):
    s.settimeout(0.5)
    try:
        while True:
            if not s.recv(65536):
                return True
    except (TimeoutError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True


conns = []
for what in attacks * count:
    try:
        s = globals()[what]()
        if s:
            conns.append(s)
    except OSError:
        pass
print("ready", flush=True)
if slow:
    drip()
sys.stdin.read()
print(sum(closed(s) for s in conns), flush=True)
