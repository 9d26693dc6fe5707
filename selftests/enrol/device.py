#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Devices that come to a verifier by themselves, PROTOCOL.md 12, as slowly, as often
and over as many connections as a test wants; and a verifier that they come to.

usage: device.py talk PORT      commands, one in a line of standard input; each is
                                answered by one line, STATUS BODY or "ok" or "no: why"
       device.py fake PORT      a verifier that ends each connection after one
                                session; what it does is told in lines; where there
                                is a file odd-session or odd-evidence, that is what
                                it answers; the last evidence is in body

  open C NAME      connection C, with the certificate NAME.pem
  begin C          asks for a session
  answer C SIZE    answers it with that many bytes which are no evidence
  bring C FILE     answers it with what is in that file
  long C SIZE      begins an answer of that many bytes, and gives all but the last
  drip C SIZE S    the same, a little of it every quarter of a second, in S seconds
  rest C           gives that one
  close C
"""
import http.client
import http.server
import json
import os
import socketserver
import ssl
import sys
import time

PATH = "/challenge-response/v1/"
CMW = "application/cmw+cbor"


class Talk:
    def __init__(self, port):
        self.port = int(port)
        self.conns = {}

    def open(self, c, name):
        tls = ssl.create_default_context(cafile="ca.pem")
        tls.load_cert_chain(name + ".pem", name + ".key")
        conn = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30,
                                           context=tls)
        conn.connect()
        conn.auto_open = 0  # a session is of one connection
        self.conns[c] = [conn, PATH + "session/" + name]
        return "ok"

    def reply(self, conn):
        r = conn.getresponse()
        return "%d %s" % (r.status, r.read().decode())

    def begin(self, c):
        conn = self.conns[c][0]
        conn.request("POST", PATH + "newSession")
        return self.reply(conn)

    def answer(self, c, size):
        conn, path = self.conns[c]
        conn.request("POST", path, body=bytes(int(size)),
                     headers={"Content-Type": CMW})
        return self.reply(conn)

    def bring(self, c, file):
        conn, path = self.conns[c]
        with open(file, "rb") as f:
            conn.request("POST", path, body=f.read(),
                         headers={"Content-Type": CMW})
        return self.reply(conn)

    def head(self, c, size):
        conn, path = self.conns[c]
        conn.putrequest("POST", path)
        conn.putheader("Content-Type", CMW)
        conn.putheader("Content-Length", size)
        conn.endheaders()
        return conn

    def long(self, c, size):
        self.head(c, size).send(bytes(int(size) - 1))
        return "ok"

    def drip(self, c, size, seconds):
        conn = self.head(c, size)
        left = int(size) - 1
        step = left // (4 * int(seconds)) + 1
        while left:
            conn.send(bytes(min(step, left)))
            left -= min(step, left)
            time.sleep(0.25)
        return "ok"

    def rest(self, c):
        conn = self.conns[c][0]
        conn.send(b"\0")
        return self.reply(conn)

    def close(self, c):
        self.conns.pop(c)[0].close()
        return "ok"


def talk(port):
    t = Talk(port)
    for line in sys.stdin:
        word, *args = line.split()
        try:
            print(getattr(t, word)(*args), flush=True)
        except (OSError, http.client.HTTPException) as e:
            print("no: %r" % e, flush=True)


class Fake(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    number = 0

    def setup(self):
        super().setup()
        Fake.number += 1
        self.number = Fake.number
        self.sessions = 0

    def tell(self, what):
        print("connection %d: %s" % (self.number, what), flush=True)

    def say(self, status, j, **headers):
        body = json.dumps(j).encode()
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        what = "session" if "newSession" in self.path else "evidence"
        if what == "evidence":
            with open("body.new", "wb") as f:
                f.write(body)
            os.replace("body.new", "body")
        if os.path.exists("odd-" + what):
            with open("odd-" + what, "rb") as f:
                self.wfile.write(f.read())
            self.tell("odd " + what)
            return
        if what == "evidence":
            self.tell("evidence" if b"firmware-log" in body else
                      "evidence, but for the firmware log")
            self.say(200, {"state": "complete", "period_s": 1,
                           "result": {"state": "trusted", "reason": ""}})
            return
        self.sessions += 1
        if self.sessions > 1:
            self.tell("no answer")
            self.close_connection = True
            return
        self.tell("session")
        offer = {"state": "waiting", "nonce": "A" * 43 + "=", "from": 0,
                 "boot_id": None}
        if self.number > 3:
            offer["items"] = ["log", "ima", "machine", "of a later version"]
        self.say(201, offer,
                 Location=PATH + "session/press")

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def fake(port):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain("verifier.pem", "verifier.key")
    tls.load_verify_locations("ca.pem")
    tls.verify_mode = ssl.CERT_REQUIRED
    s = Server(("127.0.0.1", int(port)), Fake)
    s.socket = tls.wrap_socket(s.socket, server_side=True)
    print("ready", flush=True)
    s.serve_forever()


globals()[sys.argv[1]](*sys.argv[2:])
