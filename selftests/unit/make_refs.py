#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes refs.json: files of reference values, and IMA lists held against them.

Digests come from hashlib, signatures from openssl(1), lists from the encoder of
make_fixtures.py; none of it from the code under test.  ECDSA is random: a new
run gives another file.

usage: make_refs.py > selftests/unit/refs.json
"""
import base64
import hashlib
import json
import os
import struct
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make_fixtures import ima_entry, ima_fields, run  # noqa: E402

A, B, C = (hashlib.sha256(b).hexdigest() for b in (b"a", b"b", b"c"))
A1 = hashlib.sha1(b"a").hexdigest()
A384 = hashlib.sha384(b"a").hexdigest()
A512 = hashlib.sha512(b"a").hexdigest()


def key_of(alg, digest):
    """What a digest is looked up as: PROTOCOL.md 8.4."""
    if alg == "sha256":
        return digest
    return hashlib.sha256(alg.encode() + b"\0" +
                          bytes.fromhex(digest)).hexdigest()


def case(name, doc, ret="", says="", known=(), unknown=(), denied=(), keys=()):
    return {"name": name,
            "text": doc if isinstance(doc, str) else json.dumps(doc),
            "ret": ret, "says": says, "known": list(known),
            "unknown": list(unknown), "denied": list(denied),
            "keys": list(keys)}


def spdx_file(name, **sums):
    return {"fileName": name, "SPDXID": "SPDXRef-" + name, "checksums": [
        {"algorithm": a, "checksumValue": v} for a, v in sums.items()]}


def spdx(files, **more):
    return dict({"spdxVersion": "SPDX-2.3", "name": "plc", "files": files},
                **more)


def spdx_cases():
    one = spdx_file("./bin/a", SHA1=A1, SHA256=A)
    return [
        case("SPDX file", spdx([one]), says="SPDX-2.3 plc: 1 files",
             known=[A], unknown=[B]),
        case("SPDX SHA-512 and SHA-384", spdx(
            [spdx_file("a", SHA512=A512, SHA384=A384)]),
            known=[key_of("sha512", A512), key_of("sha384", A384)],
            unknown=[A]),
        case("SPDX upper-case digest", spdx([spdx_file("a", SHA256=A.upper())]),
             known=[A]),
        case("SPDX files of a package", spdx([], packages=[
            {"name": "p", "checksums": [
                {"algorithm": "SHA256", "checksumValue": C}],
             "files": [one]}]), known=[A], unknown=[C]),
        case("SPDX file with SHA-1 only, beside another", spdx(
            [one, spdx_file("b", SHA1=A1)]), known=[A],
            says="1 files; 1 more are not known"),
        case("SPDX with SHA-1 only", spdx([spdx_file("b", SHA1=A1)]),
             "EBADMSG", "none of its 1 files has a SHA-256"),
        case("SPDX without files", spdx([]), says="plc: 0 files", unknown=[A]),
        case("SPDX digest that is cut", spdx([spdx_file("b", SHA256=A[:62])]),
             "EBADMSG", "not of the size of SHA256"),
        case("SPDX digest that is none", spdx([spdx_file("b", SHA256="xy")]),
             "EBADMSG", "not in hexadecimal: xy"),
        case("SPDX digest of another type", spdx([spdx_file("b", SHA256=7)]),
             "EBADMSG", "not in hexadecimal"),
        case("SPDX file without a name", spdx([{"checksums": []}]), "EBADMSG",
             "files[0] has no name"),
        case("SPDX files that are no array", spdx({}), "EBADMSG",
             "files is not an array"),
        case("SPDX checksums that are no array", spdx(
            [{"fileName": "a", "checksums": {}}]), "EBADMSG",
            "checksums is not an array"),
        case("SPDX 3", {"spdxVersion": "SPDX-3.0"}, "EBADMSG", "JSON, but"),
    ]


def cdx(components, **more):
    return dict({"bomFormat": "CycloneDX", "specVersion": "1.5",
                 "components": components}, **more)


def cdx_file(name, kind="file", **more):
    return dict({"type": kind, "name": name, "hashes": [
        {"alg": "SHA-256", "content": A}, {"alg": "MD5", "content": "00"}]},
        **more)


def cdx_cases():
    deep = cdx_file("a")
    for _ in range(40):
        deep = {"type": "library", "name": "l", "components": [deep]}
    return [
        case("CycloneDX file", cdx([cdx_file("/bin/a")], metadata={
            "component": {"type": "device", "name": "plc"}}),
            says="CycloneDX 1.5 plc: 1 files", known=[A], unknown=[B]),
        case("CycloneDX SHA-512", cdx([{"type": "file", "name": "a", "hashes": [
            {"alg": "SHA-512", "content": A512}]}]),
            known=[key_of("sha512", A512)]),
        case("CycloneDX file in a library", cdx(
            [{"type": "library", "name": "l", "components": [cdx_file("a")]}]),
            known=[A]),
        case("CycloneDX library", cdx([cdx_file("l", kind="library")]),
             says="0 files", unknown=[A]),
        case("CycloneDX file without a hash", cdx(
            [cdx_file("a"), {"type": "file", "name": "b"}]),
            says="1 files; 1 more", known=[A]),
        case("CycloneDX of version 2", cdx([], specVersion="2.0"), "EBADMSG",
             "CycloneDX of version 2.0, not 1.x"),
        case("CycloneDX component without a type", cdx([{"name": "a"}]),
             "EBADMSG", "components[0] has no type"),
        case("CycloneDX digest that is cut", cdx([{"type": "file", "hashes": [
            {"alg": "SHA-256", "content": A[:-2]}]}]), "EBADMSG",
            "not of the size of SHA256"),
        case("CycloneDX nested 41 deep", cdx([deep]), "EBADMSG",
             "nested more than 32"),
    ]


def policy(**more):
    return dict({"meta": {"version": 1, "generator": 0}, "release": 0,
                 "digests": {"/bin/a": [A]}, "excludes": [], "keyrings": {},
                 "ima": {"ignored_keyrings": [], "log_hash_alg": "sha1",
                         "dm_policy": None},
                 "ima-buf": {}, "verification-keys": ""}, **more)


def new_rsa(bits):
    return run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt",
               "rsa_keygen_bits:%d" % bits)


def spki(pem):
    return base64.b64encode(run("openssl", "pkey", "-pubout", "-outform",
                                "DER", stdin=pem)).decode()


def keylime_cases():
    return [
        case("Keylime policy", policy(), known=[A],
             says="Keylime runtime policy, not signed: 1 files"),
        case("Keylime policy with SHA-1 too", policy(
            digests={"/bin/a": [A1, A], "/bin/b": [A1]}), known=[A],
            says="1 files; 1 more"),
        case("Keylime digests with the hash before them", policy(
            digests={"/bin/a": ["sha256:" + A], "/bin/b": ["sha512:" + A512],
                     "/bin/c": ["sha1:" + A1]}),
            known=[A, key_of("sha512", A512)], says="2 files; 1 more"),
        case("Keylime digest of another size than its hash", policy(
            digests={"/bin/a": ["sha512:" + A]}), "EBADMSG",
            "not of the size of SHA512"),
        case("Keylime digest of a hash without a name", policy(
            digests={"/bin/a": [":" + A]}), "EBADMSG", "not in hexadecimal"),
        case("Keylime policy, version 2", policy(meta={"version": 2}),
             "EBADMSG", "of version 2, not 1"),
        case("Keylime policy with a section of its own", policy(extra={}),
             "EBADMSG", "not known here: extra"),
        case("Keylime dm policy is not used", policy(
            ima={"dm_policy": {"x": 1}}), says="; dm_policy is not used"),
        case("Keylime violations that are excluded or not", policy(
            ima={"shinrai_excluded_violations": 1}), "EBADMSG",
            "neither true nor false"),
        case("Keylime keys", policy(**{"verification-keys": json.dumps(
            {"pubkeys": [spki(new_key()), spki(new_rsa(2048))]})}), known=[A]),
        case("Keylime keys that are no JSON", policy(
            **{"verification-keys": "x"}), "EBADMSG",
            "verification-keys, line 1"),
        case("Keylime keys without any", policy(
            **{"verification-keys": "{}"}), "EBADMSG", "has no pubkeys"),
        case("Keylime keys that are no text", policy(
            **{"verification-keys": {"pubkeys": []}}), "EBADMSG",
            "has no pubkeys"),
        case("Keylime key that is none", policy(
            **{"verification-keys": '{"pubkeys": ["AAAA"]}'}), "EBADMSG",
            "pubkeys[0] is no RSA or EC key"),
        case("Keylime RSA key of 1024 bits", policy(**{
            "verification-keys": json.dumps({"pubkeys": [
                spki(new_rsa(1024))]})}), "EBADMSG",
            "pubkeys[0] is no RSA or EC key"),
        case("Keylime exclude that does not compile", policy(
            excludes=["/tmp/.*", "("]), "EINVAL", "excludes[1]: byte 1: "),
        case("Keylime exclude that is no text", policy(excludes=[1]),
             "EBADMSG", "excludes[0]"),
        case("Keylime digest that is no text", policy(digests={"/a": [1]}),
             "EBADMSG", "not in hexadecimal"),
        case("Keylime digest alone", policy(digests={"/a": A}), "EBADMSG",
             "digests: /a is not an array"),
        case("Keylime policy of SHA-1 only", policy(digests={"/a": [A1]}),
             "EBADMSG", "none of its 1 files"),
        case("Keylime policy without a signature, and a key", policy(),
             "EKEYREJECTED", "without a signature", keys=["a"]),
    ]


# DSSE 1.0: PAE(type, body), signed with ECDSA P-256 and SHA-256

TYPE = "application/vnd.keylime+json"


def sign(pem, data, digest="-sha256"):
    with tempfile.NamedTemporaryFile() as f:
        f.write(pem)
        f.flush()
        return run("openssl", "dgst", digest, "-sign", f.name, stdin=data)


def pae(kind, body):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)


def envelope(pem, body, kind=TYPE, data=None, encode=base64.b64encode,
             digest="-sha256"):
    return {"payload": encode(body).decode(), "payloadType": kind,
            "signatures": [{"keyid": "k", "sig": encode(
                sign(pem, pae(kind, body) if data is None else data,
                     digest)).decode()}]}


def new_key():
    return run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
               "ec_paramgen_curve:P-256")


def public(pem):
    return run("openssl", "pkey", "-pubout", stdin=pem).decode()


def dsse_cases(a, b):
    body = json.dumps(policy(release="\u00bf\u00ff?>")).encode()
    good = envelope(a, body)
    other = json.dumps(policy(digests={"/bin/a": [B]})).encode()
    swapped = dict(good, payload=base64.b64encode(other).decode())
    both = dict(good, signatures=envelope(b, body)["signatures"] +
                good["signatures"])
    says = "not signed by a reference key"
    return [
        case("DSSE", good, known=[A], says="policy, signed: 1 files",
             keys=["a"]),
        case("DSSE, second key", good, known=[A], keys=["b", "a"]),
        case("DSSE, second signature", both, known=[A], keys=["a"]),
        case("DSSE, URL-safe base64", envelope(
            a, body, encode=base64.urlsafe_b64encode), known=[A], keys=["a"]),
        case("DSSE without a key", good, "EKEYREJECTED",
             "no key to hold it against"),
        case("DSSE of another key", envelope(b, body), "EKEYREJECTED", says,
             keys=["a"]),
        case("DSSE without signatures", dict(good, signatures=[]),
             "EKEYREJECTED", says, keys=["a"]),
        case("DSSE, another payload", swapped, "EKEYREJECTED", says,
             keys=["a"]),
        case("DSSE, payload signed without its type", envelope(
            a, body, data=body), "EKEYREJECTED", says, keys=["a"]),
        case("DSSE signed with SHA-1", envelope(a, body, digest="-sha1"),
             "EKEYREJECTED", says, keys=["a"]),
        case("DSSE of another type", envelope(a, body, kind="application/x"),
             "EBADMSG", "DSSE envelope of application/x", keys=["a"]),
        case("DSSE, payload that is no base64", dict(good, payload="@@@@"),
             "EBADMSG", "payload is not in base64", keys=["a"]),
        case("DSSE, payload that is no policy", envelope(a, b"[]"),
             "EBADMSG", "of version 0", keys=["a"]),
        case("DSSE, payload that is no JSON", envelope(a, b"{"),
             "EBADMSG", "payload, line 1: neither", keys=["a"]),
        case("DSSE, payload of another version", envelope(
            a, json.dumps(policy(meta={})).encode()), "EBADMSG",
            "of version 0", keys=["a"]),
    ]


def list_cases():
    known, deny = "# shinrai-digests v1\n", "# shinrai-deny v1\n"
    return [
        case("digest list", known + A + " exec /bin/a\n", known=[A]),
        case("deny list", deny + A + " CVE-2026-1\n" + B + "\n",
             denied=[A, B], unknown=[C]),
        case("deny list with a source", deny + "# source: x\n" + A + " a\n",
             denied=[A], says="x"),
        case("deny list, short digest", deny + A[1:] + " a\n", "EBADMSG",
             "line 2 is not of a digest list or deny list"),
        case("deny list, two digests", deny + A + B + "\n", "EBADMSG",
             "line 2"),
        case("deny list, space at the end", deny + A + " \n", "EBADMSG",
             "line 2"),
        case("unknown heading", "# other v1\n", "EBADMSG", "line 1 "),
        case("boot references", {"format": "shinrai-boot-v1"}),
        case("boot references, wrong", {"format": "shinrai-boot-v1", "x": 1},
             "EBADMSG", "unknown member"),
        case("not JSON", "digests", "EBADMSG",
             "line 1: neither a list nor JSON"),
        case("nothing", "", "EBADMSG", "neither a list nor JSON"),
        case("an array", "[]", "EBADMSG", "JSON, but"),
        case("member twice", '{"format":1,\n"format":1}', "EBADMSG",
             "line 2: neither"),
        case("sha256sum", A + "  /bin/a\n", "EBADMSG",
             "neither a list nor JSON"),
    ]


# IMA lists, and what each entry is judged to be

def certificate():
    with tempfile.TemporaryDirectory() as d:
        pem = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                  "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=k",
                  "-keyout", os.path.join(d, "k"))
    return run("openssl", "x509", "-outform", "DER", stdin=pem)


def judged_lists():
    der = certificate()
    key = hashlib.sha256(der).hexdigest()
    rules = policy(
        digests={"/bin/a": [A, A512], "/bin/with space": [B]},
        excludes=["/tmp/", r"^/var/log/\w+\.log$", r"(?P<d>/run)/x(?!y)",
                  r"(/a+)+/end$"],
        keyrings={".ima": [key]}, **{
            "ima-buf": {"kexec-cmdline": [A]},
            "ima": {"ignored_keyrings": [".other"]}})
    out = []
    for order, name, excludes in (("<", "little", True), (">", "big", True),
                                  ("<", "little, strict", False)):
        rules["ima"]["shinrai_excluded_violations"] = excludes

        def d(digest, alg=b"sha256", kind=b""):
            return kind + alg + b":\0" + bytes.fromhex(digest)

        def f(digest, path, *more):
            return ima_fields(order, digest, path.encode(
                errors="surrogateescape") + b"\0", *more)

        def e(template, data, **k):
            return ima_entry(order, template, data, **k)[0]

        v2 = dict(kind=b"ima:")
        rows = [
            ("known", e("ima-ng", f(d(A), "/bin/a"))),
            ("known", e("ima-ng", f(d(A512, b"sha512"), "/bin/a"))),
            ("known", e("ima-sig", f(d(B), "/bin/with space", b"\3"))),
            ("known", e("ima-ngv2", f(d(A, **v2), "/bin/a"))),
            ("known", e("ima-sigv2", f(d(A, kind=b"verity:"), "/bin/a", b""))),
            ("known", e("ima-modsig", f(d(A), "/bin/a", b"", b"", b""))),
            ("known", e("evm-sig", f(d(A), "/bin/a", b"", b"", b"", b"", b"",
                                     b"", b""))),
            ("known", e("d-ng|n-ng", f(d(A), "/bin/a"))),
            ("known", e("ima-buf", f(d(A), "kexec-cmdline", b"root=/"))),
            ("known", e("ima-buf", f(d(key), ".ima", der))),
            ("known", e("ima-buf", f(d(C), ".other", der))),
            ("elsewhere", e("ima-ng", f(d(A), "/bin/with space"))),
            ("elsewhere", e("ima-ng", f(d(B), "/bin/a"))),
            ("unknown", e("ima-ng", f(d(C), "/bin/a"))),
            ("unknown", e("ima-ng", f(d(A1, b"sha1"), "/bin/a"))),
            ("unknown", e("ima", (bytes.fromhex(A1), b"/bin/a"))),
            ("unknown", e("ima-ng", f(d(A[2:]), "/bin/a"))),
            ("unknown", e("ima-buf", f(d(A), "dm_table_load", b"x"))),
            ("unknown", e("ima-buf", f(d(A), "/bin/a", b"x"))),
            ("unknown", e("ima-buf", f(d(A), ".ima", der))),
            ("unknown", e("ima-buf", f(d(C), ".other", b"no key"))),
            ("unknown", e("ima-ng", f(d(key), ".ima"))),
            ("excluded", e("ima-ng", f(d(C), "/tmp/x"))),
            ("unknown", e("ima-ng", f(d(C), "/x/tmp/x"))),
            ("unknown", e("ima-ng", f(d(C), "/tmp/\udcff"))),
            ("excluded", e("ima-ng", f(d(C), "/var/log/a.log"))),
            ("unknown", e("ima-ng", f(d(C), "/var/log/a.logs"))),
            ("unknown", e("ima-ng", f(d(C), "/var/log/a.log\n"))),
            ("excluded", e("ima-ng", f(d(C), "/run/x"))),
            ("unknown", e("ima-ng", f(d(C), "/run/xy"))),
            ("excluded", e("ima-ng", f(d(C), "/aaa/aa/end"))),
            ("unknown", e("ima-ng", f(d(C), "/a" * 100))),
            ("unknown", e("ima-ng", f(d(C), "/" + "a" * 240 + "/a" * 8))),
            ("violated", e("ima-ng", f(d("00" * 32), "/bin/a"),
                           violation=True)),
            ("excluded" if excludes else "violated",
             e("ima-ng", f(bytes(20), "/tmp/a"), violation=True)),
        ]
        out.append({"name": name,
                    "policy": json.dumps(rules),
                    "big_endian": order == ">",
                    "log": b"".join(r[1] for r in rows).hex(),
                    "judged": [r[0] for r in rows]})
    return out


# Signatures of files: struct signature_v2_hdr of the kernel's integrity.h

ALGO = {"sha256": 4, "sha384": 5, "sha512": 6}


def digest_sign(pem, digest, alg):
    with tempfile.TemporaryDirectory() as d:
        for name, data in (("key", pem), ("digest", digest)):
            with open(os.path.join(d, name), "wb") as f:
                f.write(data)
        return run("openssl", "pkeyutl", "-sign", "-inkey",
                   os.path.join(d, "key"), "-in", os.path.join(d, "digest"),
                   "-pkeyopt", "digest:" + alg)


def key_id(pem):
    """The last bytes of the SHA-1 of the key's BIT STRING."""
    der = base64.b64decode(spki(pem))
    text = run("openssl", "asn1parse", "-inform", "DER", stdin=der).decode()
    line = [x for x in text.splitlines() if "BIT STRING" in x][-1]
    at = int(line.split(":")[0]) + int(line.split("hl=")[1].split()[0])
    return hashlib.sha1(der[at + 1:]).digest()[16:]


def ima_sig(pem, digest, alg="sha256", kind=3, version=2, keyid=None,
            signed=None, size=None):
    digest = bytes.fromhex(digest)
    if kind == 6 and signed is None:
        signed = hashlib.new(alg, bytes([6, ALGO[alg]]) + digest).digest()
    sig = digest_sign(pem, digest if signed is None else signed, alg)
    return (bytes([kind, version, ALGO[alg]]) + (keyid or key_id(pem)) +
            struct.pack(">H", len(sig) if size is None else size) + sig)


def signed_lists():
    rsa, ec, other, named = (new_rsa(2048), new_key(), new_key(), new_key())
    keys = {"meta": {"version": 1}, "pubkeys": [
        spki(rsa), spki(named), spki(ec)],
        "keyids": [int.from_bytes(key_id(rsa), "big"), 0xf1020304]}
    rules = policy(digests={"/bin/b": [C]},
                   **{"verification-keys": json.dumps(keys)})
    flipped = bytearray(ima_sig(rsa, A))
    flipped[-1] ^= 1
    out = []
    for order in "<>":
        def row(judged, digest, sig, kind=b"", alg=b"sha256",
                template="ima-sig"):
            return judged, ima_entry(order, template, ima_fields(
                order, kind + alg + b":\0" + bytes.fromhex(digest), b"/x\0",
                sig))[0]

        rows = [
            row("known", A, ima_sig(rsa, A)),
            row("known", A, ima_sig(ec, A)),
            row("known", A512, ima_sig(rsa, A512, "sha512"), alg=b"sha512"),
            row("known", A384, ima_sig(ec, A384, "sha384"), alg=b"sha384"),
            row("known", A, ima_sig(ec, A), b"ima:", template="ima-sigv2"),
            row("known", A, ima_sig(ec, A, kind=6, version=3), b"verity:",
                template="ima-sigv2"),
            row("known", A, ima_sig(named, A, keyid=b"\xf1\2\3\4")),
            row("unknown", A, ima_sig(named, A)),
            row("elsewhere", C, b""),
            row("known", C, ima_sig(ec, C)),
            row("unknown", A, b""),
            row("unknown", A, bytes(flipped)),
            row("unknown", A, ima_sig(other, A)),
            row("unknown", A, ima_sig(other, A, keyid=key_id(ec))),
            row("unknown", A, ima_sig(ec, A, keyid=bytes(4))),
            row("unknown", B, ima_sig(rsa, A)),
            row("unknown", A, ima_sig(rsa, A) + b"\0"),
            row("unknown", A, ima_sig(rsa, A)[:-1]),
            row("unknown", A, ima_sig(rsa, A)[:9]),
            row("unknown", A, ima_sig(rsa, A, size=0)),
            row("unknown", A, ima_sig(rsa, A, version=1)),
            row("unknown", A, ima_sig(rsa, A, version=3)),
            row("unknown", A, ima_sig(ec, A, kind=5)),
            row("unknown", A, ima_sig(ec, A), b"verity:",
                template="ima-sigv2"),
            row("unknown", A, ima_sig(ec, A, kind=6, version=3)),
            row("unknown", A, ima_sig(ec, A, kind=6, version=3,
                                      signed=bytes.fromhex(A)), b"verity:",
                template="ima-sigv2"),
            row("unknown", A512, ima_sig(rsa, A), alg=b"sha512"),
        ]
        out.append({"name": "signed, " + order, "policy": json.dumps(rules),
                    "big_endian": order == ">",
                    "log": b"".join(r[1] for r in rows).hex(),
                    "judged": [r[0] for r in rows]})
    return out


def main():
    a, b = new_key(), new_key()
    print(json.dumps({
        "keys": {"a": public(a), "b": public(b)},
        "files": list_cases() + spdx_cases() + cdx_cases() + keylime_cases() +
        dsse_cases(a, b), "lists": judged_lists() +
        signed_lists()}, indent=1))


if __name__ == "__main__":
    main()
