#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A long log, and who reads it.

usage: readers.py fill ENTRIES             into fleet.db, which nobody has open
       readers.py walk PORT ENTRIES        all pages of violations
       readers.py load PORT PATH CONNECTIONS SECONDS
"""

import hashlib
import json
import re
import socket
import sqlite3
import ssl
import sys
import threading
import time

ACCESSES = 30
SHOWN = 50  # on one page, as in page_violations.c
SHOWN_BYTES = 512 << 10


def is_shown(i):
    return i % 5 != 2


def compact(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def access(record, k):
    return {"record": record, "event": k, "time_ns": 12345678901, "outcome": "refused",
            "text": {"redacted": "text"}, "path": {"redacted": "paths"},
            "who": {"exe": {"redacted": "paths"}, "sha256": "00" * 32, "uid": 1000,
                    "login_uid": None, "cgroup": 77},
            "labels": [{"owner": "11" * 32, "namespace": "plant",
                        "uuid": "00112233-4455-6677-8899-aabbccddeeff", "name": None}],
            "time": "2026-11-30T11:35:41.000000000Z", "action": "send",
            "sink": {"kind": "inet", "address": "192.0.2.9", "port": 443,
                     "protocol": "tcp"},
            "policy": None, "count": 1, "bytes": 100}


def entry(i):
    """Its text, and what is sealed in it."""
    k = range(ACCESSES if is_shown(i) and i % 3 else is_shown(i))
    sealed = {
        "text": [[["accesses", n, "text"], f"refused: recipe-{n} may not be sent"]
                 for n in k],
        "paths": [place for n in k for place in
                  ([["accesses", n, "path"], f"/srv/recipe-{n}"],
                   [["accesses", n, "who", "exe"], "/usr/bin/curl"])]}
    sealed = {name: compact(["00" * 16, name, places]) for name, places in sealed.items()}
    return compact({
        "accesses": [access(i * 100 + n, n) for n in k], "code": "", "device": "dev-0",
        "group": "default", "left_out": 0, "policy": "sim", "reason": "",
        "sealed": {name: hashlib.sha256(text.encode()).hexdigest()
                   for name, text in sealed.items()},
        "state": "untrusted", "time_ms": 1790000000000 + i, "type": "violations",
        "verdict": None, "violations": len(k)}), compact(sealed)


def fill(n):
    db = sqlite3.connect("fleet.db")
    nodes = []
    for i in range(n):
        text, sealed = entry(i)
        db.execute("INSERT INTO log_entry (id, text, disclosures) VALUES (?, ?, ?)",
                   (i, text, sealed))
        nodes.append(hashlib.sha256(b"\0" + text.encode()).digest())
    level = 0
    while nodes:
        for i, node in enumerate(nodes):
            db.execute("INSERT INTO log_node VALUES (?, ?, ?)", (level, i, node))
        nodes = [hashlib.sha256(b"\1" + nodes[i] + nodes[i + 1]).digest()
                 for i in range(0, len(nodes) - 1, 2)]
        level += 1
    db.commit()


class Client:
    """One connection of a reader."""

    def __init__(self, port):
        context = ssl.create_default_context(cafile="ca.pem")
        context.load_cert_chain("reader.pem", "reader.key")
        context.check_hostname = False
        self.socket = context.wrap_socket(socket.create_connection(("127.0.0.1", port)))
        self.socket.settimeout(120)

    def get(self, path):
        """Status and body."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.more()
        head, body = data.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)[1])
        parts = [body]
        left = length - len(body)
        while left:
            parts.append(self.more())
            left -= len(parts[-1])
        return int(head.split()[1]), b"".join(parts)

    def more(self):
        data = self.socket.recv(1 << 20)
        if not data:
            sys.exit("the connection was ended")
        return data


def walk(port, n):
    client = Client(port)
    path, seen = f"/violations?before={n}", []
    while path:
        status, body = client.get(path)
        text = body.decode()
        if status != 200:
            sys.exit(f"{path}: {status}")
        found = [int(i) for i in re.findall(r'entries\?start=(\d+)&amp;count=1"', text)]
        size = sum(len(part) for i in found for part in entry(i))
        if len(found) > SHOWN or size > SHOWN_BYTES + (64 << 10):
            sys.exit(f"{path}: {len(found)} of {size} bytes")
        seen += found
        older = re.search(r'rel="next" href="(/violations\?before=\d+)"', text)
        path = older and older[1]
    if seen != [i for i in reversed(range(n)) if is_shown(i)]:
        sys.exit(f"not each one once: {seen}")


def load(port, path, connections, seconds):
    end, answers = time.monotonic() + seconds, []

    def run():
        client = Client(port)
        while time.monotonic() < end:
            answers.append(client.get(path)[0])

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"# {len(answers)} answers")
    if len(answers) < connections or set(answers) != {200}:
        sys.exit(f"answers: {set(answers)}")


def main():
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    elif sys.argv[1] == "walk":
        walk(int(sys.argv[2]), int(sys.argv[3]))
    else:
        load(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))


main()
