# SPDX-License-Identifier: MIT
"""What enrolment sees of a TPM, made of OpenSSL's keys: an EK that maker.pem
certifies, an AK, and an activated credential (TPM 2.0 Part 1, 24).

usage: soft_tpm.py enrol PORT NAME     as admin; its certificate becomes NAME.pem
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import ssl
import struct
import subprocess
import sys

EK_EXT = """subjectAltName = critical, dirName:dn
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyEncipherment
extendedKeyUsage = 2.23.133.8.1
[dn]
1.2.23.133.2.1 = id:49465800
1.2.23.133.2.2 = SLB9670
1.2.23.133.2.3 = id:0007003D
"""
# TPMT_PUBLIC up to the key: template L-1; and ours of an AK, ECDSA with SHA-256.
EK_L1 = bytes.fromhex(
    "0001000b000300b20020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1"
    "da1b331469aa00060080004300100800000000000100")
AK_P256 = bytes.fromhex("0023000b00050072000000100018000b00030010")
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], input=data, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sized(data):
    return struct.pack(">H", len(data)) + data


def new_key(name, *kind):
    """A key in NAME.key, and a request for its certificate."""
    csr = openssl("req", "-new", *kind, "-nodes", "-keyout", f"{name}.key",
                  "-subj", f"/CN={name}")
    return csr.decode()


class SoftTpm:
    """Of the files in this folder, which are made when they are not there."""

    def __init__(self, name):
        if not os.path.exists("soft-ek.der"):
            self._make()
        modulus = openssl("rsa", "-in", "soft-ek.key", "-noout", "-modulus")
        point = openssl("ec", "-in", "soft-ak.key", "-pubout", "-outform",
                        "DER")[-64:]
        self.ek = EK_L1 + bytes.fromhex(modulus.decode().split("=")[1])
        self.ak = AK_P256 + sized(point[:32]) + sized(point[32:])
        self.csr = new_key(f"{name}", *CURVE) if not os.path.exists(
            f"{name}.key") else openssl("req", "-new", "-key", f"{name}.key",
                                        "-subj", f"/CN={name}").decode()
        with open("soft-ek.der", "rb") as f:
            self.cert = f.read()
        self.name = name

    @staticmethod
    def _make():
        with open("soft-ek.csr", "w", encoding="ascii") as f:
            f.write(new_key("soft-ek", "-newkey", "rsa:2048"))
        with open("soft-ek.ext", "w", encoding="ascii") as f:
            f.write(EK_EXT)
        new_key("soft-ak", *CURVE)
        openssl("x509", "-req", "-in", "soft-ek.csr", "-CA", "maker.pem",
                "-CAkey", "maker.key", "-CAcreateserial", "-days", "2",
                "-extfile", "soft-ek.ext", "-outform", "DER", "-out",
                "soft-ek.der")

    def request(self):
        return {"name": self.name, "url": "", "ek": b64(sized(self.ek)),
                "ak": b64(sized(self.ak)), "ek_certificates": [b64(self.cert)],
                "csr": self.csr}

    def answer(self, challenge):
        """TPM2_ActivateCredential."""
        seed = openssl(
            "pkeyutl", "-decrypt", "-inkey", "soft-ek.key", "-pkeyopt",
            "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256",
            "-pkeyopt", "rsa_oaep_label:" + b"IDENTITY\0".hex(),
            data=unb64(challenge["seed"])[2:])
        name = b"\0\x0b" + hashlib.sha256(self.ak).digest()
        key = hmac.new(seed, b"\0\0\0\1STORAGE\0" + name + b"\0\0\0\x80",
                       "sha256").digest()[:16]
        secret = openssl("enc", "-d", "-aes-128-cfb", "-K", key.hex(), "-iv",
                         "0" * 32, data=unb64(challenge["blob"])[2 + 2 + 32:])
        return {"id": challenge["id"], "secret": b64(secret[2:])}


def enrol(port, name):
    context = ssl.create_default_context(cafile="ca.pem")
    context.load_cert_chain("admin.pem", "admin.key")
    context.check_hostname = False
    conn = http.client.HTTPSConnection("127.0.0.1", int(port), context=context)

    def ask(path, body):
        conn.request("POST", path, json.dumps(body))
        answer = conn.getresponse()
        data = json.loads(answer.read())
        if answer.status // 100 != 2:
            sys.exit(f"{path}: {answer.status} {data}")
        return data

    tpm = SoftTpm(name)
    issued = ask("/v1/enrolments/answer", tpm.answer(ask(
        "/v1/enrolments", tpm.request() | {"policy": "sim"})))
    with open(f"{name}.pem", "w", encoding="ascii") as f:
        f.write(issued["certificate"])


if __name__ == "__main__":
    enrol(*sys.argv[2:])
