# SPDX-License-Identifier: MIT
"""Asks a verifier whatever it should not be asked, by each route that it has.

usage: api_fuzz.py PORT ROLE REQUESTS SEED      ROLE.pem, ROLE.key, ca.pem, openapi.json

Each answer has a status that the route, or HTTP, has for it, and says why; nothing
takes longer than two seconds.  Prints how many answers there were of each status.
"""
import collections
import http.client
import json
import random
import ssl
import sys
import time

port, role, requests, seed = (int(sys.argv[1]), sys.argv[2], int(sys.argv[3]),
                              int(sys.argv[4]))
rand = random.Random(f"{role} {seed}")
with open("openapi.json", encoding="utf-8") as f:
    DOC = json.load(f)
# What HTTP itself may say, whatever the route is.
ALWAYS = {400, 403, 404, 405, 413, 415, 417, 431, 501}
# What some route says: a path that was cut may be another one's.
ANY = {int(s) for item in DOC["paths"].values() for op in item.values()
       for s in op["responses"]}
SLOW = 2  # s

context = ssl.create_default_context(cafile="ca.pem")
context.load_cert_chain(f"{role}.pem", f"{role}.key")
context.check_hostname = False
conn = None


def resolve(node):
    while "$ref" in node:
        target = DOC
        for part in node["$ref"].lstrip("#/").split("/"):
            target = target[part]
        node = target
    return node


def text():
    return rand.choice([
        "", "x", "plc", "dev-0", "..", "%00", "\0", "é", "\ud83d\ude00", "'", '"',
        "<script>alert(1)</script>", "{{7*7}}", "' OR 1=1 --", "a" * 64, "a" * 5000,
        "https://127.0.0.1:1/", "https://[::1]:65535/", "https://127.0.0.1:0/",
        "https://x", "file:///etc/passwd", "-1", "1e400", "AAAA", "____", "=",
        "".join(chr(rand.randrange(1, 0x250)) for _ in range(rand.randrange(40)))])


def value(depth=0):
    kind = rand.randrange(9 if depth < 4 else 6)
    if kind == 0:
        return None
    if kind == 1:
        return rand.choice([True, False])
    if kind == 2:
        return rand.choice([0, -1, 1, 2**31, 2**53, 2**63 - 1, -2**63])
    if kind == 3:
        return rand.choice([0.5, -1e308, 1e-300])
    if kind < 6:
        return text()
    if kind == 6:
        return [value(depth + 1) for _ in range(rand.randrange(4))]
    return {text(): value(depth + 1) for _ in range(rand.randrange(4))}


def members(schema):
    """An object that is nearly right."""
    schema = resolve(schema)
    body = {}
    for name, what in schema.get("properties", {}).items():
        what = resolve(what)
        if rand.random() < 0.8:
            body[name] = text() if what.get("type") == "string" else value()
    if rand.random() < 0.1:
        body[text()] = value()
    return body


def body_of(op):
    content = op.get("requestBody", {}).get("content", {})
    schema = next(iter(content.values()), {}).get("schema", {})
    kind = rand.randrange(10)
    if kind < 4:
        return json.dumps(members(schema)).encode()
    if kind == 4:
        return json.dumps(value()).encode("utf-8", "surrogatepass")
    if kind == 5:
        return rand.randbytes(rand.randrange(300))
    if kind == 6:
        return b"[" * rand.choice([10, 3000]) + b"1"
    if kind == 7:
        whole = json.dumps(members(schema)).encode()
        return whole[:rand.randrange(len(whole) + 1)]
    if kind == 8:
        return b'{"name":"a","name":"b"}'
    return b"" if rand.random() < 0.5 else b" " * rand.choice([9000, 40000, 70000])


def query(op):
    known = [resolve(p)["name"] for p in op.get("parameters", [])
             if resolve(p)["in"] == "query"]
    parts = [f"{rand.choice(known + ['x', 'state', ''])}="
             + rand.choice(["0", "-1", "18446744073709551616", "%zz", "%00", "a&b",
                            "1", "99999999", "'", "%ff", "trusted", "&", "="])
             for _ in range(rand.randrange(3))]
    return "?" + "&".join(parts) if parts else ""


def path_of(template):
    name = rand.choice(["dev-0", "dev-1", "nobody", "..", "%2e%2e", "a" * 70, "A",
                        "%00", "dev-0%2fchanges", "dev-0/", "", "dev-0;x"])
    path = template.replace("{name}", name)
    kind = rand.randrange(12)
    if kind == 0:
        return path + "/", False
    if kind == 1:
        return "/" + path, False
    if kind == 2:
        return path[:rand.randrange(1, len(path) + 1)], False
    return path, True


def ask(method, path, body, headers):
    global conn
    if conn is None:
        conn = http.client.HTTPSConnection("127.0.0.1", port, context=context,
                                           timeout=10)
    begun = time.monotonic()
    try:
        conn.request(method, path, body=body, headers=headers)
        answer = conn.getresponse()
        data = answer.read()
    except (http.client.HTTPException, OSError):
        conn.close()
        conn = None
        return None, None, None
    took = time.monotonic() - begun
    if took > SLOW:
        sys.exit(f"{method} {path}: {took:.1f} s")
    return answer.status, answer.getheader("Content-Type", ""), data


def check(op, method, path, status, kind, data):
    said = {int(s) for s in op["responses"]} if op else ANY
    if status not in said | ALWAYS:
        sys.exit(f"{method} {path!r}: {status}, which is not said of it: {data!r}")
    if status == 503:
        sys.exit(f"{method} {path!r}: {data!r}")
    if method == "HEAD":
        return
    if kind.startswith("application/problem+json"):
        problem = json.loads(data)
        if problem["status"] != status or not problem["detail"]:
            sys.exit(f"{method} {path!r}: {data!r}")
    elif status >= 400 and data and not kind.startswith("text/html"):
        sys.exit(f"{method} {path!r}: {status} as {kind}: {data!r}")


routes = [(verb.upper(), path, op) for path, item in DOC["paths"].items()
          for verb, op in item.items()]
count = collections.Counter()
for number in range(requests):
    method, template, op = rand.choice(routes)
    if rand.random() < 0.1:
        method, op = rand.choice(["PUT", "PATCH", "HEAD", "OPTIONS", "TRACE",
                                  "DELETE", "POST", "GET"]), None
    # Whoever may withdraw devices shall not do it here.
    path, exact = path_of(template)
    path += query(op) if op else ""
    if method == "DELETE" and "nobody" not in path:
        continue
    body = body_of(op) if op and method == "POST" else None
    headers = {"Content-Type": rand.choice(
        ["application/json", "application/cmw+cbor", "text/plain", ""])}
    if rand.random() < 0.02:
        headers["X"] = "y" * rand.choice([3000, 9000])
    status, kind, data = ask(method, path.replace(" ", "%20"), body, headers)
    count[status] += 1
    if status is not None:
        check(op if exact and "{name}" not in template else None, method, path,
              status, kind, data)
print(json.dumps({str(k): v for k, v in sorted(
    count.items(), key=lambda kv: str(kv[0]))}))
