#!/bin/bash
# SPDX-License-Identifier: MIT
# Owners are admitted, policies loaded: what is refused, recorded, replaced.
# vm: kernel=6.1,6.12 slow=6.12 load=late arm=yes timeout=400
# vm: append=shinrai.anchor=/vm/keys/admin.der
set -euo pipefail

PYTHONPATH=/vm/lib python3 -S - <<'PY'
import signal
from errno import *
from blob import *
from shinrai import *

t = Tap()
# errno does not know them all by name
EUSERS, EKEYREVOKED, EKEYREJECTED = 87, 128, 129
subprocess.run(["tpm2_pcrread"], stdout=subprocess.DEVNULL)
l = Loader()
acme, beta = owner_of("acme"), owner_of("beta")
accepted = []  # (type, signed bytes) of what should be in the log


def put(blob, n, value):
    return blob[:n] + value + blob[n + len(value):]


def admission_of(name, namespace, generation, **kw):
    data = admission(name, namespace, generation, **kw)
    return ADMISSION, data, sign("admin", data)


def policy_of(name, namespace, generation, *args, **kw):
    blob = policy(name, namespace, generation, *args, **kw)
    return POLICY, blob, sign(name, blob)


def signed(name, data):
    return (POLICY if data.startswith(b"SHNRPOL") else ADMISSION, data,
            sign(name, data))


def takes(text, kind, data, sig):
    try:
        l.load(kind, data, sig)
        accepted.append((EV_OWNER if kind == ADMISSION else EV_POLICY, data))
        t.ok(text, True)
    except OSError as e:
        t.ok(text, False, e)


def refuses(*rows):
    for text, errno, request in rows:
        t.refused(text, errno, l.load, *request)


def told():
    return events(settled(), EV_OWNER, EV_POLICY)


start = settled()[0].events[0]
t.ok("START names the anchor", start.fields[ANCHORS] ==
     sha256(read(KEYS + "admin.der")) and
     start.text(PARAMS).endswith(" anchor=/vm/keys/admin.der"),
     start.fields[ANCHORS], start.text(PARAMS))

# Requests that are no requests.
good = admission_of("acme", "acme", 10)
kind, data, sig = good
t.refused("without write access", EPERM, Loader(os.O_RDONLY).load, *good)
refuses(("kind 0", EINVAL, (0, data, sig)),
        ("an unknown kind", EINVAL, (3, data, sig)),
        ("an unknown flag", EINVAL, (kind, data, sig, 1)),
        ("no data", EINVAL, (kind, b"", sig)),
        ("no signature", EINVAL, (kind, data, b"")),
        ("an admission that is too large", E2BIG,
         (kind, bytes(128 + 8192 + 1), sig)),
        ("a policy that is too large", E2BIG,
         (POLICY, bytes((16 << 20) + 1), sig)),
        ("a signature that is too large", E2BIG, (kind, data, bytes(16385))))
for at in range(2):
    req = [address(data)[1], address(sig)[1]]
    req[at] = 8
    t.refused("a bad address", EFAULT, fcntl.ioctl, l.fd, IOC_LOAD,
              struct.pack("=QQIIII", *req, len(data), len(sig), kind, 0))
t.refused("a bad address of the request", EFAULT, fcntl.ioctl, l.fd, IOC_LOAD,
          8)

# Admissions that the administrator did not sign, or not so.
chain = sign("issued", data, "-md", "sha256", "-noattr")
flipped = bytes([data[100] ^ 1])
refuses(
    ("signed by nobody we know", EKEYREJECTED, (kind, data,
                                                sign("stranger", data))),
    ("signed by the owner himself", EKEYREJECTED, (kind, data,
                                                   sign("acme", data))),
    ("signed by whom the administrator certified", EKEYREJECTED,
     (kind, data, chain)),
    ("signed with the certificate inside", EKEYREJECTED,
     (kind, data, sign("admin", data, "-md", "sha256", "-noattr"))),
    ("signed with attributes", EKEYREJECTED,
     (kind, data, sign("admin", data, "-md", "sha256", "-nocerts"))),
    ("signed with the data inside", EKEYREJECTED,
     (kind, data, sign("admin", data, "-md", "sha256", "-nocerts", "-noattr",
                       "-nodetach"))),
    ("signed over SHA-512", EKEYREJECTED,
     (kind, data, sign("admin", data, "-md", "sha512", "-nocerts",
                       "-noattr"))),
    ("another admission's signature", EKEYREJECTED,
     (kind, admission("acme", "acme", 11), sig)),
    ("a bit of the data flipped", EKEYREJECTED,
     (kind, put(data, 100, flipped), sig)),
    ("data cut", EKEYREJECTED, (kind, data[:-1], sig)),
    ("data longer", EKEYREJECTED, (kind, data + b"\0", sig)),
    ("a bit of the signature flipped", EKEYREJECTED,
     (kind, data, sig[:-1] + bytes([sig[-1] ^ 1]))),
    ("the signature cut", EKEYREJECTED, (kind, data, sig[:-1])),
    ("the signature longer", EKEYREJECTED, (kind, data, sig + b"\0")),
    ("no CMS at all", EKEYREJECTED, (kind, data, b"x" * 300)),
    ("an admission for a policy", EBADMSG, (POLICY, data, sig)))

# What he signed, but is not right.
cert = read(KEYS + "acme.der")
wrong = admission("acme", "acme", 10)
refuses(*((text, errno, signed("admin", bad)) for text, errno, bad in (
    ("another magic", EBADMSG, put(wrong, 0, b"s")),
    ("another version", EPROTONOSUPPORT, put(wrong, 8, b"\2")),
    ("an unknown operation", EBADMSG, put(wrong, 12, b"\3")),
    ("a reserved field", EBADMSG, put(wrong, 124, b"\1")),
    ("generation 0", EBADMSG, admission("acme", "acme", 0)),
    ("a namespace in upper case", EBADMSG, admission("acme", "Acme", 10)),
    ("a namespace with a slash", EBADMSG, admission("acme", "a/b", 10)),
    ("an empty namespace", EBADMSG, admission("acme", "", 10)),
    ("a namespace without an end", EBADMSG,
     admission("acme", "a" * 64, 10)),
    ("bytes behind a namespace", EBADMSG, put(wrong, 80, b"x")),
    ("cut by one byte", EBADMSG, wrong[:-1]),
    ("one byte more", EBADMSG, wrong + b"\0"),
    ("shorter than its head", EBADMSG, wrong[:127]),
    ("an admission without a certificate", EBADMSG,
     admission("acme", "acme", 10, cert=b"")),
    ("a revocation with one", EBADMSG,
     admission("acme", "acme", 10, REVOKE, cert=cert)),
    ("another owner's certificate", EILSEQ,
     admission("beta", "acme", 10, cert=cert)),
    ("an owner that is nobody", EILSEQ,
     admission("acme", "acme", 10, owner=bytes(32))),
    ("no certificate but noise", EILSEQ,
     admission("acme", "acme", 10, cert=b"0\x82\1\0" + bytes(256))),
    ("a certificate in PEM", EILSEQ,
     admission("acme", "acme", 10, cert=read(KEYS + "acme.pem"))),
    ("a certificate that is cut", EILSEQ,
     admission("acme", "acme", 10, cert=cert[:-1])),
    ("a certificate and one byte", EILSEQ,
     admission("acme", "acme", 10, cert=cert + b"\0")),
    ("RSA of 1024 bits", ENOPKG, admission("small", "acme", 10)),
    ("the revocation of nobody", ENOENT,
     admission("acme", "acme", 10, REVOKE)))))
refuses(("a policy of nobody", ENOENT, policy_of("acme", "acme", 1)))
t.ok("nothing of that is in the log, or in force",
     not told() and l.owners() == (0, []) and sysfs("owners") == "0" and
     sysfs("policies") == "0", told())

# Admission.
takes("an owner is admitted", *good)
e = told()[0]
t.ok("OWNER tells who, and by whose order",
     (e.digest, e.fields[OWNER], e.text(NAMESPACE)) ==
     (sha256(data).hex(), acme, "acme") and
     (e.num(GENERATION), e.num(OPERATION), e.uid) == (10, ADMIT, 0) and
     e.text(EXE) == "/usr/bin/python3" and sorted(e.fields) == [
         DIGEST, OWNER, GENERATION, NAMESPACE, OPERATION, UID, EXE], e.fields)
refuses(("the same again", ESTALE, good),
        ("an older one", ESTALE, admission_of("beta", "beta", 9)),
        ("the same generation", ESTALE, admission_of("beta", "beta", 10)),
        ("the same key for another namespace", EEXIST,
         admission_of("acme", "other", 20)),
        ("the same namespace for another key", EEXIST,
         admission_of("beta", "acme", 20)),
        ("the revocation of another namespace", EACCES,
         admission_of("acme", "other", 20, operation=REVOKE)))
takes("what was refused used up no generation",
      *admission_of("beta", "beta.x-y_z", 11))

# Policies.
rules = [Rule(DENY, SEND, line=3),
         Rule(ALLOW, SEND, 0, net=(b"\x0a\0\0\0", 8), port=443, proto=6),
         Rule(AUDIT, READ, 1, uid=1000), Rule(DENY, DELETE, 0)]
kind, blob, sig = good = policy_of("acme", "acme", 5, rules, 2)
refuses(
    ("signed by another owner", EKEYREJECTED, (kind, blob,
                                               sign("beta", blob))),
    ("signed by the administrator", EKEYREJECTED, (kind, blob,
                                                   sign("admin", blob))),
    ("signed with attributes", EKEYREJECTED,
     (kind, blob, sign("acme", blob, "-md", "sha256", "-nocerts"))),
    ("a bit flipped", EKEYREJECTED, (kind, put(blob, 210, b"\xff"), sig)),
    ("cut", EKEYREJECTED, (kind, blob[:-1], sig)),
    ("longer", EKEYREJECTED, (kind, blob + b"\0", sig)),
    ("a head alone", EKEYREJECTED, (kind, blob[:208], sig)),
    ("less than a head", EBADMSG, (kind, blob[:207], sig)),
    ("a policy for an admission", EKEYREJECTED, (ADMISSION, blob, sig)),
    ("a namespace of another owner", EACCES, policy_of("acme", "beta", 5)),
    ("a namespace that goes on", EACCES, policy_of("acme", "acme2", 5)))
refuses(*((text, errno, signed("acme", bad)) for text, errno, bad in (
    ("cut, and signed so", EBADMSG, blob[:-1]),
    ("longer, and signed so", EBADMSG, blob + b"\0"),
    ("a head alone, and signed so", EBADMSG, blob[:208]),
    ("another version", EPROTONOSUPPORT, put(blob, 8, b"\2")),
    ("generation 0", EBADMSG, policy("acme", "acme", 0)),
    ("an unknown flag", EBADMSG, policy("acme", "acme", 5, flags=1 << 3)),
    ("too many labels", E2BIG, put(blob, 160, struct.pack("<I", 65))),
    ("a rule that the index hides", EBADMSG,
     put(blob, blob.index(index(rules, 1)[1][0]), b"\0\0\0\0")))))
t.refused("no policy is in force", ENOENT, l.get, acme)
takes("a policy is loaded", *good)
e = told()[-1]
t.ok("POLICY tells whose, and how many rules",
     (e.type, e.digest, e.fields[OWNER], e.text(NAMESPACE)) ==
     (EV_POLICY, sha256(blob).hex(), acme, "acme") and
     (e.num(GENERATION), e.num(COUNT), e.uid) == (5, 4, 0) and sorted(
         e.fields) == [DIGEST, COUNT, OWNER, GENERATION, NAMESPACE, UID, EXE],
     e.fields)
t.ok("it can be read back", l.get(acme) == (len(blob), blob))
t.ok("also without write access",
     Loader(os.O_RDONLY).get(acme) == (len(blob), blob))
t.ok("not into too little room", l.get(acme, len(blob) - 1) ==
     (len(blob), None))
t.refused("nor with a flag", EINVAL, l.get, acme, 10, 1)
t.refused("nor another owner's", ENOENT, l.get, beta)
refuses(("the same again", ESTALE, good),
        ("an older one", ESTALE, policy_of("acme", "acme", 4)),
        ("the same generation", ESTALE, policy_of("acme", "acme", 5)))
takes("another owner has a generation of his own",
      *policy_of("beta", "beta.x-y_z", 1, labels=64))
kind, blob, sig = policy_of("acme", "acme", 2 ** 40, labels=0)
takes("a newer one takes its place", kind, blob, sig)
t.ok("whole", l.get(acme) == (len(blob), blob))

zero = bytes(32)
count, rows = l.owners()
t.ok("OWNERS says all that", count == 2 and [
    (o["name"], o["owner"], o["admitted"], o["generation"], o["rules"],
     o["labels"], o["flags"], o["reserved"]) for o in rows] == [
    ("acme", acme, 10, 2 ** 40, 0, 0, 0, 0),
    ("beta.x-y_z", beta, 11, 1, 0, 64, 0, 0)] and
    rows[0]["policy"] == sha256(blob), rows)
t.ok("to a reader, too, and as much as there is room for",
     Loader(os.O_RDONLY).owners(1) == (2, rows[:1]) and
     l.owners(0) == (2, []))
t.refused("not with a flag", EINVAL, l.owners, 1, 1)
t.refused("nor at a bad address", EFAULT, fcntl.ioctl, l.fd, IOC_OWNERS,
          bytearray(struct.pack("=QII", 8, 2, 0)))
t.ok("sysfs counts them", sysfs("owners") == sysfs("policies") == "2")

# Revocation.
takes("an owner is revoked", *admission_of("acme", "acme", 12,
                                           operation=REVOKE))
e = told()[-1]
t.ok("OWNER tells of it", (e.num(OPERATION), e.num(GENERATION),
                           e.fields[OWNER]) == (REVOKE, 12, acme), e.fields)
t.refused("his policy is gone", ENOENT, l.get, acme)
t.ok("and his keyring", "shinrai:acme" not in open("/proc/keys").read())
refuses(("a newer policy of his", EKEYREVOKED,
         policy_of("acme", "acme", 2 ** 50)),
        ("to revoke him again", EKEYREVOKED,
         admission_of("acme", "acme", 13, operation=REVOKE)))
rows = l.owners()[1]
t.ok("OWNERS still lists him", (rows[0]["flags"], rows[0]["admitted"],
                                rows[0]["policy"], rows[0]["generation"]) ==
     (1, 12, zero, 0) and sysfs("owners") == sysfs("policies") == "1", rows)
takes("his namespace is free for another key",
      *admission_of("stranger", "acme", 13))
refuses(("so he must take another", EEXIST, admission_of("acme", "acme", 14)))
takes("he is admitted again", *admission_of("acme", "acme.2", 14))
refuses(("his old policies stay old", ESTALE,
         policy_of("acme", "acme.2", 2 ** 40)))
takes("a newer one is loaded", *policy_of("acme", "acme.2", 2 ** 40 + 1))
t.ok("he is still the same entry", [o["name"] for o in l.owners()[1]] ==
     ["acme.2", "beta.x-y_z", "acme"])

# As many as there may be: certificates that differ in their keys only.
der = read(KEYS + "issued.der")
key = public_key("issued")
at = der.index(key)
for n in range(3, 64):
    new = put(key, 20, bytes([n] * 8))
    data = admission("", "many%d" % n, 100 + n, owner=sha256(new),
                     cert=put(der, at, new))
    l.load(*signed("admin", data))
    accepted.append((EV_OWNER, data))
t.ok("64 owners", l.owners(64)[0] == 64 and sysfs("owners") == "64")
refuses(("and no more", EUSERS, signed("admin", admission(
    "", "more", 200, owner=sha256(put(key, 20, b"more")),
    cert=put(der, at, put(key, 20, b"more"))))))

log = [(e.type, e.digest) for e in told()]
t.ok("the log holds what was accepted, in that order, and nothing else",
     log == [(kind, sha256(data).hex()) for kind, data in accepted], log)
t.ok("and adds up to the TPM", agrees())

# A large one, and how long it takes.
many = [Rule(DENY, 1 + n % 7, uid=n) for n in range(10000)]
big = policy_of("acme", "acme.2", 2 ** 41, many)
begun = time.monotonic()
takes("10,000 rules", *big)
print("# loaded in %.2f s" % (time.monotonic() - begun))
next_one = policy_of("acme", "acme.2", 2 ** 41 + 1, [])
begun = time.monotonic()
takes("and none", *next_one)
print("# loaded in %.2f s" % (time.monotonic() - begun))

# Killed while it waits: what the log tells of came into force.
kind, blob, sig = policy_of("acme", "acme.2", 2 ** 42)
host("tpm stop")
pid = os.fork()
if not pid:
    l.load(kind, blob, sig)
    os._exit(0)
time.sleep(0.4)
os.kill(pid, signal.SIGKILL)
time.sleep(0.2)
t.ok("who loads waits for the TPM, though he is killed",
     os.waitpid(pid, os.WNOHANG)[0] == 0 and sysfs("policies") == "2")
host("tpm cont")
t.ok("then he is gone", os.waitpid(pid, 0)[1] == signal.SIGKILL)
t.ok("and his policy is in force", l.get(acme)[1] == blob and
     told()[-1].digest == sha256(blob).hex())
t.ok("the state is what it was", sysfs("state") == "armed")

# The TPM fails.
last = policy_of("acme", "acme.2", 2 ** 43)
host("tpm stop")
begun = time.monotonic()
refuses(("a TPM that does not answer", ETIMEDOUT, last))
t.ok("after 2 seconds", 1.5 < time.monotonic() - begun < 8)
t.ok("which degrades the state", sysfs("state") == "armed degraded")
host("tpm cont")
refuses(("from then on nothing is loaded", EIO, last),
        ("nobody admitted", EIO, admission_of("acme", "acme.2", 300)))
t.ok("and what was in force stays", l.get(acme)[1] == blob)
t.done()
PY
