# SPDX-License-Identifier: MIT
"""Enrols a simulated fleet as an admin: device N is called dev-N.

usage: enrol_many.py VERIFIER-PORT SIM-PORT COUNT POLICY [GROUP [FIRST]]
Reads admin.pem, admin.key, ca.pem.  Without POLICY ("") it is that of the group.
"""
import http.client
import json
import ssl
import sys

api, sim, count, policy, group, first = [
    *sys.argv[1:], *["", "0"][len(sys.argv) - 5:]]
context = ssl.create_default_context(cafile="ca.pem")
context.load_cert_chain("admin.pem", "admin.key")
context.check_hostname = False
conn = http.client.HTTPSConnection("127.0.0.1", int(api), context=context)
for n in range(int(first), int(first) + int(count)):
    device = {"name": f"dev-{n}", "tls_name": "server.example",
              "url": f"https://127.1.{n >> 8}.{n & 255}:{sim}/"}
    device |= {"policy": policy} if policy else {}
    device |= {"group": group} if group else {}
    conn.request("POST", "/v1/devices", json.dumps(device))
    answer = conn.getresponse()
    body = answer.read()
    if answer.status != 201:
        sys.exit(f"dev-{n}: {answer.status} {body.decode()}")
