# SPDX-License-Identifier: MIT
"""Takes webhooks over mutual TLS: a line "STATUS INDEX DEVICE STATE" for each into
"told", or "wrong ..." where the signature does not hold; their bodies into "bodies",
ids and devices into "ids".  A file "answer" says with which status, and perhaps how
many bytes; "hang" is one, too.  Prints the port.

usage: hooked.py CERT KEY CA SECRET [PORT]
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import ssl
import sys
import time

with open(sys.argv[4]) as secret:
    KEY = base64.b64decode(secret.read().strip()[len("whsec_"):])


class Hooked(http.server.BaseHTTPRequestHandler):
    def judge(self, body):
        """https://github.com/standard-webhooks/standard-webhooks"""
        name, when, sign = (self.headers["webhook-" + h]
                            for h in ("id", "timestamp", "signature"))
        mac = hmac.new(KEY, f"{name}.{when}.".encode() + body,
                       hashlib.sha256).digest()
        version, text = sign.split(",")
        if version != "v1" or text != base64.b64encode(mac).decode():
            return "wrong signature"
        if abs(int(when) - time.time()) > 5:
            return "wrong time"
        if self.headers["Content-Type"] != "application/json":
            return "wrong type"
        entry = json.loads(body)
        with open("ids", "a") as f:
            f.write(f"{name} {entry['device']}\n")
        return f"{name.split('.')[1]} {entry['device']} {entry['state']}"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open("bodies", "ab") as f:
            f.write(body + b"\n")
        status, size = "204", ""
        if os.path.exists("answer"):
            with open("answer") as f:
                status, _, size = f.read().strip().partition(" ")
        with open("told", "a") as f:
            f.write(f"{status} {self.path} {self.judge(body)}\n")
        if status == "hang":
            time.sleep(60)
            return
        self.send_response(int(status))
        self.send_header("Content-Length", size or "0")
        self.end_headers()
        self.wfile.write(bytes(int(size or 0)))

    def log_message(self, *_):
        pass


ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ctx.minimum_version = ssl.TLSVersion.TLSv1_3
ctx.load_cert_chain(sys.argv[1], sys.argv[2])
ctx.load_verify_locations(sys.argv[3])
ctx.verify_mode = ssl.CERT_REQUIRED
http.server.ThreadingHTTPServer.allow_reuse_address = True
server = http.server.ThreadingHTTPServer(
    ("127.0.0.1", int(sys.argv[5]) if len(sys.argv) > 5 else 0), Hooked)
server.socket = ctx.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
