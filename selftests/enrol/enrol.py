# SPDX-License-Identifier: MIT
"""Enrolment by hand, PROTOCOL.md 11.

usage: enrol.py request NAME EK.PUB AK.PUB CERT...: the body; files as tpm2-tools
                writes them; MEMBERS, a JSON object, is added to it
       enrol.py challenge OUT: what body answers, as tpm2_makecredential writes it
       enrol.py answer SECRET-HEX: the body
       enrol.py fake PORT: a verifier that answers what the file "how" has
"""
import base64
import http.server
import json
import os
import ssl
import sys


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(path):
    with open(path, "rb") as f:
        return f.read()


def request(name, ek, ak, *certs):
    body = {"name": name, "url": "https://127.0.0.1:8417/", "policy": "plc",
            "ek": b64(read(ek)), "ak": b64(read(ak)),
            "ek_certificates": [b64(read(c)) for c in certs]}
    body.update(json.loads(os.environ.get("MEMBERS", "{}")))
    print(json.dumps({k: v for k, v in body.items() if v is not None}))


def challenge(out):
    j = json.loads(read("body"))
    with open(out, "wb") as f:
        f.write(bytes.fromhex("badcc0de00000001") + unb64(j["blob"]) +
                unb64(j["seed"]))
    with open("id", "w") as f:
        f.write(j["id"])


def answer(secret):
    print(json.dumps({"id": read("id").decode(),
                      "secret": b64(bytes.fromhex(secret))}))


class Fake(http.server.BaseHTTPRequestHandler):
    """Each request gets the next line of "how": STATUS JSON."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with open("how") as f:
            lines = f.read().splitlines()
        with open("how", "w") as f:
            f.write("\n".join(lines[1:]))
        status, body = lines[0].split(" ", 1)
        self.send_response(int(status))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        pass


def fake(port):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain("verifier.pem", "verifier.key")
    c.load_verify_locations("ca.pem")
    c.verify_mode = ssl.CERT_REQUIRED
    s = http.server.HTTPServer(("127.0.0.1", int(port)), Fake)
    s.socket = c.wrap_socket(s.socket, server_side=True)
    print("ready", flush=True)
    s.serve_forever()


globals()[sys.argv[1]](*sys.argv[2:])
