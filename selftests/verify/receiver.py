# SPDX-License-Identifier: MIT
"""Receives pushed reports over mutual TLS: report-1, report-2, ... and their
heads.  A file "answer" says with which status; "port" where we listen.

usage: receiver.py CERT KEY CA
"""
import glob
import http.server
import os
import ssl
import sys

seen = len(glob.glob("report-*"))


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        global seen
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 204
        if os.path.exists("answer"):
            status = int(open("answer").read())
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        seen += 1
        with open("report.part", "wb") as f:
            f.write(body)
        with open("head-%d" % seen, "w") as f:
            f.write("%s %s %d\n" % (self.path, self.headers["Content-Type"],
                                    status))
        os.rename("report.part", "report-%d" % seen)

    def log_message(self, *_):
        pass


ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ctx.minimum_version = ssl.TLSVersion.TLSv1_3
ctx.load_cert_chain(sys.argv[1], sys.argv[2])
ctx.load_verify_locations(sys.argv[3])
ctx.verify_mode = ssl.CERT_REQUIRED
port = int(open("port").read()) if os.path.exists("port") else 0
http.server.HTTPServer.allow_reuse_address = True
server = http.server.HTTPServer(("127.0.0.1", port), Receiver)
server.socket = ctx.wrap_socket(server.socket, server_side=True)
with open("port.part", "w") as f:
    f.write("%d\n" % server.server_port)
os.rename("port.part", "port")
server.serve_forever()
