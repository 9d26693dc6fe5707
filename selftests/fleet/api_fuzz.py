# SPDX-License-Identifier: MIT
"""Asks a verifier whatever it should not be asked, by each route that it has.

usage: api_fuzz.py PORT ROLE REQUESTS SEED      ROLE.pem, ROLE.key, ca.pem, openapi.json

ROLE: admin, reader, enroller, guest (the device of soft_tpm.py) or nobody.  Each
answer has a status that openapi.json has for its route, or HTTP for no route, and
says why; nothing takes longer than five seconds, and nobody gets what is not for his
role.  Whatever a role may is done, too, by each route.  Prints how many answers there
were of each status.
"""
import collections
import http.client
import itertools
import json
import random
import re
import ssl
import sys
import time

from openapi import DOC, resolve
from soft_tpm import SoftTpm

port, role, requests, seed = (int(sys.argv[1]), sys.argv[2], int(sys.argv[3]),
                              int(sys.argv[4]))
rand = random.Random(f"{role} {seed}")
LEVELS = {"nobody": 0, "device": 1, "guest": 1, "enroller": 2, "reader": 3,
          "admin": 4}
SESSION = "/challenge-response/v1/"
# By a route that was got through to its end these are said, and before that no one.
THROUGH = {200, 201, 409, 422}
CMW, JSON = "application/cmw+cbor", "application/json"
SLOW = 5  # s

context = ssl.create_default_context(cafile="ca.pem")
context.load_cert_chain(f"{role}.pem", f"{role}.key")
context.check_hostname = False
conn = None
tpm = SoftTpm("guest")


def text():
    return rand.choice([
        "", "x", "plc", "sim", "lab", "default", "guest", "dev-0", "..", "%00", "\0",
        "é", "\ud83d\ude00", "'", '"',
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
            body[name] = text() if "string" in what.get("type", "") else value()
    if rand.random() < 0.1:
        body[text()] = value()
    return body


def nearly(right):
    """What would be right, but for one member."""
    body = dict(right)
    name = rand.choice([*body, text()])
    if rand.random() < 0.5:
        body.pop(name, None)
    else:
        body[name] = value()
    return body


def body_of(op, right):
    content = op.get("requestBody", {}).get("content", {})
    schema = next(iter(content.values()), {}).get("schema", {})
    kind = rand.randrange(10)
    if kind < 3 and right:
        return json.dumps(nearly(right)).encode()
    if kind < 5:
        return json.dumps(members(schema)).encode()
    if kind == 5:
        return json.dumps(value()).encode("utf-8", "surrogatepass")
    if kind == 6:
        return rand.choice([rand.randbytes(rand.randrange(300)),
                            b"[" * rand.choice([10, 3000]) + b"1"])
    if kind == 7:
        whole = json.dumps(right or members(schema)).encode()
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
    name = rand.choice(["dev-0", "dev-1", "guest", "nobody", "..", "%2e%2e", "a" * 70,
                        "A", "%00", "dev-0%2fchanges", "dev-0/", "", "dev-0;x"])
    path = template.replace("{name}", name)
    kind = rand.randrange(12)
    if kind == 0:
        return path + "/"
    if kind == 1:
        return "/" + path
    if kind == 2:
        return path[:rand.randrange(1, len(path) + 1)]
    return path


def ask(method, path, body=None, kind=JSON, more=None):
    """The status, type and body of the answer; no status: the connection ended."""
    global conn
    fresh = conn is None
    if fresh:
        conn = http.client.HTTPSConnection("127.0.0.1", port, context=context,
                                           timeout=10)
    begun = time.monotonic()
    try:
        conn.request(method, path, body=body,
                     headers={"Content-Type": kind} | (more or {}))
        answer = conn.getresponse()
        data = answer.read()
    except (http.client.HTTPException, OSError):
        conn.close()
        conn = None
        # One that was idle, or whose last request was refused, may have ended.
        return (None, "", b"") if fresh else ask(method, path, body, kind, more)
    took = time.monotonic() - begun
    if took > SLOW:
        sys.exit(f"{method} {path}: {took:.1f} s")
    return answer.status, answer.getheader("Content-Type", ""), data


serial = itertools.count()
made = []  # devices


def device():
    return {"name": f"made-{role}-{next(serial)}", "url": "https://127.0.0.1:1/",
            "policy": "sim"}


def challenge():
    """What a right request is answered; what it would be for who may not ask."""
    status, _, data = ask("POST", "/v1/enrolments", json.dumps(tpm.request()))
    return json.loads(data) if status == 200 else None


def activated():
    given = challenge()
    if not given:
        return {"id": "A" * 22, "secret": "A" * 43}
    if rand.random() < 0.3:
        return {"id": given["id"], "secret": "A" * 43}
    return tpm.answer(given)


RIGHT_BODY = {  # by operationId
    "enrolDevice": device,
    "moveDevice": lambda: {"group": rand.choice(["lab", "default", None]),
                           "policy": "sim"},
    "beginEnrolment": tpm.request,
    "answerEnrolment": activated,
}
RIGHT_QUERY = {
    "/v1/log/proof/inclusion": "?index=0&size=1",
    "/v1/log/proof/consistency": "?old=1&size=1",
    "/v1/devices/{name}/evidence": "?from=0&record=0",
    "/device/{name}/record": "?number=0",
    "/device/{name}/evidence": "?from=0",
}


def right_path(method, template):
    name = rand.choice(["dev-0", "dev-1"])
    if template.startswith(SESSION):
        name = "guest"
    elif method == "DELETE":
        name = made.pop(0) if made else "nobody"
    return template.replace("{name}", name) + RIGHT_QUERY.get(template, "")


def route_of(method, path):
    """The route of the path, as the verifier finds it; whether there is another."""
    path = path.split("?")[0]
    found = [(verb, t, op) for verb, t, op in ROUTES
             if re.fullmatch(re.escape(t).replace(r"\{name\}", "[^/]*"), path)]
    mine = [r for r in found if r[0] == method]
    return (mine[0] if mine else None), bool(found)


def check(method, path, answer):
    status, kind, data = answer
    route, others = route_of(method, path)
    if route:
        said = {int(s) for s in route[2]["responses"]}
    else:
        said = {403, 404, 405, 501} if others else {403, 404, 405, 501, 400}
    where = f"{method} {path!r}: {status} {data!r}"
    if status not in said:
        sys.exit(f"{where}: not said of it")
    if status == 503:
        sys.exit(where)
    if route and status < 400 and not may(route[2]):
        sys.exit(f"{where}: not for {role}")
    if method == "HEAD":
        return
    if kind.startswith("application/problem+json"):
        problem = json.loads(data)
        if problem["status"] != status or not problem["detail"]:
            sys.exit(where)
    elif status >= 400 and data and not kind.startswith("text/html"):
        sys.exit(f"{where} as {kind}")


def may(op):
    return LEVELS[role] >= LEVELS[op["x-role"]]


def is_for(template):
    """Sessions are for devices, enrolment is for who has something to enrol."""
    if template.startswith(SESSION):
        return role == "guest"
    if template.startswith("/v1/enrolments"):
        return role in ("guest", "enroller", "admin")
    return True


ROUTES = [(verb.upper(), path, op) for path, item in DOC["paths"].items()
          for verb, op in item.items()]


def right(method, template, op):
    """A request that the route is there for."""
    right_body = RIGHT_BODY.get(op["operationId"], lambda: None)()
    body, kind = right_body, JSON
    if template == SESSION + "session/{name}":
        ask("POST", SESSION + "newSession")
        body, kind = rand.randbytes(30), CMW
    elif body:
        body = json.dumps(body)
    path = right_path(method, template)
    answer = ask(method, path, body, kind)
    if op["operationId"] == "enrolDevice" and answer[0] == 201:
        made.append(right_body["name"])
    return path, answer, {}


def wrong(method, template, op):
    """One that is not, in one way or another."""
    if rand.random() < 0.1:
        method, op = rand.choice(["PUT", "PATCH", "HEAD", "OPTIONS", "TRACE",
                                  "DELETE", "POST", "GET"]), {}
    path = path_of(template) if rand.random() < 0.7 else right_path(
        "", template).split("?")[0]
    path += query(op)
    # Whoever may withdraw devices shall not do it here.
    if method == "DELETE" and "nobody" not in path:
        path = "/v1/devices/nobody"
    body = None
    if op and method in ("POST", "PATCH"):
        if template.startswith(SESSION) and rand.random() < 0.5:
            ask("POST", SESSION + "newSession")
        body = body_of(op, RIGHT_BODY.get(op["operationId"], dict)())
    more = {"X": "y" * rand.choice([3000, 9000])} if rand.random() < 0.02 else {}
    kind = rand.choice([JSON, CMW, "text/plain", ""])
    path = path.replace(" ", "%20")
    return method, path, ask(method, path, body, kind, more), more


def main():
    count = collections.Counter()
    through = collections.Counter()
    for number in range(requests):
        method, template, op = ROUTES[number % len(ROUTES)]
        late = 2 * number > requests and not through[method, template]
        if late or rand.random() < 0.3:
            path, answer, more = right(method, template, op)
            if answer[0] in THROUGH:
                through[method, template] += 1
        else:
            method, path, answer, more = wrong(method, template, op)
        count[answer[0]] += 1
        # Of headers that are too long no more need be said.
        if not more or answer[0] not in (None, 400):
            check(method, path, answer)
    for method, template, op in ROUTES:
        if may(op) and is_for(template) and not through[method, template]:
            sys.exit(f"{method} {template}: {role} never got through")
    print(json.dumps({str(k): v for k, v in sorted(
        count.items(), key=lambda kv: str(kv[0]))}))


main()
