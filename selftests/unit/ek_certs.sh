#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes endorsement certificates, good ones and odd ones, in this folder:
#   root -> int -> NAME.der for one RSA key; lone is a root of nobody;
#   int -> sub -> deep.der; past is what int had before, and has expired.
set -euo pipefail

p256=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

# names TEXT...: what an OpenSSL section needs; "1." is what it skips.
names() {
	printf '[dn]\n'
	printf '%s\n' "$@"
}
ifx=(1.2.23.133.2.1=id:49465800 1.2.23.133.2.2=SLB9670
	1.2.23.133.2.3=id:0007003D)

# ca NAME ISSUER [OPENSSL-OPTION...]
ca() {
	local name=$1 issuer=$2
	shift 2
	openssl req -new "${p256[@]}" -keyout "$name.key" -out "$name.csr" \
		-subj "/O=Test/CN=$name"
	cat >ca.ext <<-E
	basicConstraints = critical, CA:TRUE
	keyUsage = critical, keyCertSign, cRLSign
	subjectKeyIdentifier = hash
	E
	if [ "$name" = "$issuer" ]; then
		openssl x509 -req -in "$name.csr" -signkey "$name.key" \
			-extfile ca.ext -days 30 -out "$name.pem" "$@"
	else
		echo 'authorityKeyIdentifier = keyid' >>ca.ext
		openssl x509 -req -in "$name.csr" -CA "$issuer.pem" \
			-CAkey "$issuer.key" -CAcreateserial -extfile ca.ext \
			-days 30 -out "$name.pem" "$@"
	fi
}

# ek NAME [LINE...] [-- OPENSSL-OPTION...]: later extensions win.
ek() {
	local name=$1 line key
	declare -A ext=(
		[subjectAltName]='critical, dirName:dn'
		[basicConstraints]='critical, CA:FALSE'
		[keyUsage]='critical, keyEncipherment'
		[extendedKeyUsage]='2.23.133.8.1'
		[authorityKeyIdentifier]='keyid'
	)
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		line=${1#*=}
		ext[${1%%=*}]=$line
		shift
	done
	[ $# -eq 0 ] || shift
	{
		for key in "${!ext[@]}"; do
			[ -z "${ext[$key]}" ] || echo "$key = ${ext[$key]}"
		done
		names "${dn[@]}"
	} >ek.ext
	openssl x509 -req -in "$csr" -CA "$by.pem" -CAkey "$by.key" -days 10 \
		-CAcreateserial -extfile ek.ext -outform DER -out "$name.der" "$@"
}

ca root root
ca lone lone
ca int root
openssl x509 -req -in int.csr -CA root.pem -CAkey root.key -extfile ca.ext \
	-days -1 -outform DER -out past.der
ca sub int
openssl genrsa -out ek.key 2048
openssl req -new -key ek.key -subj / -out ek.csr
openssl rsa -in ek.key -noout -modulus | sed 's/Modulus=//' >modulus

dn=("${ifx[@]}") csr=ek.csr by=sub
ek deep
by=int
ek good
ek plain 'subjectAltName=dirName:dn'
ek nousage keyUsage= extendedKeyUsage=
ek agree 'keyUsage=critical, keyAgreement'
ek expired -- -days -1
ek weak -- -sha1
ek tls extendedKeyUsage=serverAuth
ek anca 'basicConstraints=critical, CA:TRUE'
ek sign 'keyUsage=critical, digitalSignature, keyEncipherment'
ek other 'keyUsage=critical, nonRepudiation'
ek unknown '1.3.6.1.4.1.99999.1=critical, DER:0500'
ek nosan subjectAltName=
ek dns subjectAltName=DNS:tpm.example
ek asn 'extendedKeyUsage=DER:30030601'
openssl req -new "${p256[@]}" -keyout ecc.key -out ecc.csr -subj /
openssl pkey -in ecc.key -pubout -outform DER | tail -c 64 |
	od -An -tx1 -v | tr -d " \n" >point
csr=ecc.csr
ek ecc 'keyUsage=critical, keyAgreement'
csr=ek.csr
dn=(1.2.23.133.2.1=id:4E544300 +1.2.23.133.2.2=NPCT75x
	+1.2.23.133.2.3=id:00070002)
ek multi
dn=(1.2.23.133.2.1=id:414d4400)
ek amd
dn=(1.2.23.133.2.1=id:474F4F47)
ek goog
dn=(1.2.23.133.2.1=id:00001014)
ek swtpm
dn=(1.2.23.133.2.2=SLB9670)
ek nomaker
dn=("${ifx[@]}")
ek revoked

# ak NAME [DER [USAGE [-- OPENSSL-OPTION...]]]: what an AK certificate has of its TPM
ak() {
	ek "$1" 'keyUsage=critical, digitalSignature' \
		"extendedKeyUsage=${3-2.23.133.8.3}" \
		"2.25.163178825813043709308674364567787879774=${2:+DER:$2}" \
		"${@:4}"
}
two=0420$(printf '%064d' 1)0420$(printf '%064d' 2)
ak ak-hardware "304e0c086861726477617265$two"
ak ak-software "304e0c08736f667477617265$two"
ak ak-expired "304e0c086861726477617265$two" 2.23.133.8.3 -- -days -1
ak ak-nothing ''
ak ak-usage "304e0c086861726477617265$two" clientAuth
ak ak-level "304e0c086861726477617200$two"
ak ak-empty "30460c00$two"
ak ak-longer "304f0c086861726477617265${two}00"
ak ak-behind "304e0c086861726477617265${two}00"
ak ak-short "304d0c086861726477617265${two%00??}"
ak ak-beyond "304e0c7f6861726477617265$two"
ak ak-type "304e04086861726477617265$two"

# One CRL that lists "revoked", one that is out of date.
serial=$(openssl x509 -inform DER -in revoked.der -noout -serial)
printf 'R\t351231235959Z\t260101000000Z\t%s\tunknown\t/CN=x\n' \
	"${serial#serial=}" >index
cat >ca.cnf <<-E
	[ca]
	default_ca = d
	[d]
	database = index
	default_md = sha256
E
openssl ca -config ca.cnf -gencrl -keyfile int.key -cert int.pem \
	-crldays 2 -out int.crl
openssl ca -config ca.cnf -gencrl -keyfile int.key -cert int.pem \
	-crl_lastupdate 20200101000000Z -crl_nextupdate 20200102000000Z \
	-out stale.crl

# As it comes out of NV indices.
{ cat good.der && head -c 300 /dev/zero; } >zeros.der
{ cat good.der && head -c 300 /dev/zero | tr '\0' '\377'; } >ones.der
{ cat good.der && printf '\0\1'; } >garbage.der
head -c 300 good.der >short.der
{ cat good.der && head -c 8192 /dev/zero; } >huge.der
: >empty.der
openssl x509 -in int.pem -outform DER -out int.der
openssl x509 -in sub.pem -outform DER -out sub.der
openssl x509 -in lone.pem -outform DER -out lone.der
cat int.pem root.pem >both.pem

# Of which OpenSSL makes no certificate, or no key.
python3 - <<'PY'
import subprocess


def der(tag, body):
    n = len(body)
    size = bytes([n]) if n < 128 else b"\x82" + n.to_bytes(2, "big")
    return bytes([tag]) + size + body


def issue(name, tbs):
    sign = subprocess.run(["openssl", "dgst", "-sha256", "-sign", "int.key"],
                          input=tbs, capture_output=True, check=True).stdout
    ecdsa_sha256 = bytes.fromhex("300a06082a8648ce3d040302")
    open(name, "wb").write(
        der(0x30, tbs + ecdsa_sha256 + der(3, b"\0" + sign)))


good = open("good.der", "rb").read()
size = 4 + int.from_bytes(good[6:8], "big")  # SEQUENCE of two length bytes
tbs = good[4:4 + size]
rsa = bytes.fromhex("06092a864886f70d010101")
assert tbs.count(rsa) == 1
issue("oaep.der", tbs.replace(rsa, rsa[:-1] + b"\x07"))  # id-RSAES-OAEP

at = tbs.index(b"\x30\x1e\x17\x0d") + 2  # Validity: two UTCTimes
last = tbs[at + 15:at + 30]
issue("later.der", tbs[:at] + last + last + tbs[at + 30:])

ca = bytearray(open("int.der", "rb").read())
at = ca.index(bytes.fromhex("a00302010202")) + 7  # version; serial number, length
ca[at:at + 4] = b"\0\0\0\6"
open("padded.der", "wb").write(ca)
PY
