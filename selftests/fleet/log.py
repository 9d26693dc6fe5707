#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks what the verifier's log says by RFC 9162 and RFC 7515, with the openssl
command and hashlib alone.

usage: log.py jws KEYS FILE [TYP]        prints the payload of a compact JWS
       log.py inclusion HEAD PROOF       payload of a head, answer of the API
       log.py consistency OLD NEW PROOF
       log.py root HEAD ENTRIES          all entries lead to it
"""
import base64
import hashlib
import json
import subprocess
import sys
import tempfile


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def load(path):
    with open(path) as f:
        return json.load(f)


def number(raw):
    """DER INTEGER"""
    raw = raw.lstrip(b"\0")
    if not raw or raw[0] & 0x80:
        raw = b"\0" + raw
    return b"\x02" + bytes([len(raw)]) + raw


def check_jws(keys, path, typ):
    with open(path) as f:
        text = f.read().strip()
    if text.startswith("{"):
        text = json.loads(text)["head"]
    head, payload, signature = text.split(".")
    header = json.loads(unbase64(head))
    assert header["alg"] == "ES256" and header["typ"] == typ, header
    jwk, = [k for k in load(keys)["keys"] if k["kid"] == header["kid"]]
    bare = json.dumps({m: jwk[m] for m in ("crv", "kty", "x", "y")},
                      separators=(",", ":"), sort_keys=True)
    assert unbase64(jwk["kid"]) == sha(bare.encode()) and "d" not in jwk
    raw = unbase64(signature)
    der = number(raw[:32]) + number(raw[32:])
    # SubjectPublicKeyInfo of a P-256 point, RFC 5480.
    spki = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"
                         "04") + unbase64(jwk["x"]) + unbase64(jwk["y"])
    with tempfile.NamedTemporaryFile() as key, \
            tempfile.NamedTemporaryFile() as sig:
        key.write(spki)
        key.flush()
        sig.write(b"\x30" + bytes([len(der)]) + der)
        sig.flush()
        subprocess.run(["openssl", "dgst", "-sha256", "-keyform", "DER",
                        "-verify", key.name, "-signature", sig.name],
                       input=f"{head}.{payload}".encode(), check=True,
                       stdout=subprocess.DEVNULL)
    print(unbase64(payload).decode())


def inclusion(head, proof):
    """RFC 9162 2.1.3.2"""
    fn, sn = proof["index"], proof["size"] - 1
    assert proof["size"] == head["size"] and fn <= sn
    r = sha(b"\0", proof["entry"].encode())
    for p in map(bytes.fromhex, proof["path"]):
        assert sn
        if fn & 1 or fn == sn:
            r = sha(b"\1", p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha(b"\1", r, p)
        fn, sn = fn >> 1, sn >> 1
    assert not sn and r.hex() == head["root"]


def consistency(old, new, proof):
    """RFC 9162 2.1.4.2, for 0 < old < new"""
    path = [bytes.fromhex(p) for p in proof["path"]]
    m, n = old["size"], new["size"]
    assert proof["old"] == m and proof["size"] == n and 0 < m < n
    if not m & (m - 1):
        path.insert(0, bytes.fromhex(old["root"]))
    fn, sn = m - 1, n - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        assert sn
        if fn & 1 or fn == sn:
            fr, sr = sha(b"\1", c, fr), sha(b"\1", c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha(b"\1", sr, c)
        fn, sn = fn >> 1, sn >> 1
    assert fr.hex() == old["root"] and sr.hex() == new["root"] and not sn


def mth(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha(b"\1", mth(leaves[:k]), mth(leaves[k:]))


def main():
    verb, *args = sys.argv[1:]
    if verb == "jws":
        check_jws(args[0], args[1], *(args[2:] or ["shinrai-log-head+jwt"]))
    elif verb == "inclusion":
        inclusion(*map(load, args))
    elif verb == "consistency":
        consistency(*map(load, args))
    else:
        head, got = map(load, args)
        assert got["start"] == 0 and len(got["entries"]) == head["size"]
        leaves = [sha(b"\0", e.encode()) for e in got["entries"]]
        assert mth(leaves).hex() == head["root"]


main()
