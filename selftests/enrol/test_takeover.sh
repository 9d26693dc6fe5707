#!/bin/bash
# SPDX-License-Identifier: MIT
# What befell others: keys of two devices mixed, challenges answered twice or by
# somebody else, malformed certificates, simulators, answers that are none.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"

make_fleet_certs
make_enrol_ca
make_cert enroller ca
make_tpm one
make_tpm two
enrolment_conf 'allow_software = true;' 'challenge_s = 15;' 'policy = "plc";'
# Nothing comes from where a terminal would be: who reads there waits for ever.
mkfifo silence
sleep 600 >silence &
quiet_pid=$!
cat >silent <<SH
#!/bin/sh
exec setsid "$verifier" "\$@" <"$work/silence"
SH
chmod 755 silent
trap 'kill "$quiet_pid" 2>/dev/null; end_verifier; cleanup' EXIT
start_silent() {
	local verifier=$work/silent
	start_verifier
}
ok "the verifier starts" start_silent
keys_of two
keys_of one

ok "a challenge" said 200 begin admin press one.ek one.ak one.crt
ok "the TPM answers it" activate one
ok "not for somebody else" said 410 answer enroller
ok "for who asked" said 201 answer admin
ok "once" said 410 answer admin
ok "a challenge" said 200 begin admin press one.ek one.ak one.crt
activate one
ok "and another one for the name" said 200 begin admin press one.ek one.ak one.crt
cp body second
ok "takes the place of the first" said 410 answer admin
cp second body
activate one
ok "and is answered" said 201 answer admin
ok "a wrong answer" said 200 begin admin press one.ek one.ak one.crt
activate one
ok "is refused" said 403 answer admin "${secret//[0-7]/8}"
ok "and takes the challenge with it" said 410 answer admin
ok "a short answer" said 200 begin admin press one.ek one.ak one.crt
activate one
ok "is refused, too" said 403 answer admin "${secret:0:32}"
ok "a late answer" said 200 begin admin press one.ek one.ak one.crt
activate one
sleep 15.5
ok "is too late" said 410 answer admin

ok "the certificate of another EK" said 422 begin admin pump one.ek one.ak \
	two.crt
ok "is told" grep -q 'that of another key than the EK' body
ok "the AK of another TPM is challenged" said 200 begin admin pump two.ek \
	one.ak two.crt
use_tpm two
ok "but its TPM does not answer" no activate two
ok "nor can anybody guess" said 403 answer admin "$(openssl rand -hex 32)"
use_tpm one
ok "the other way round" said 200 begin admin pump two.ek one.ak two.crt
ok "neither" no activate one
ok "nobody was enrolled so" said 404 fleet reader /devices/pump
ok "two TPMs of one name: the second one is refused" said 409 begin admin \
	press two.ek two.ak two.crt

ok "an EK is no AK" said 400 begin admin pump two.ek two.ek two.crt
ok "nor an AK an EK" said 422 begin admin pump two.ak two.ak two.crt
{ cat two.crt && head -c 500 /dev/zero | tr '\0' '\377'; } >padded.crt
ok "padding is no fault" said 200 begin admin pump two.ek two.ak padded.crt
head -c 200 two.crt >cut.crt
ok "a cut certificate is" said 422 begin admin pump two.ek two.ak cut.crt
{ cat two.crt && echo x; } >trail.crt
ok "and one with something behind it" said 422 begin admin pump two.ek \
	two.ak trail.crt
head -c 5000 /dev/zero >long.crt
ok "one that is too long" said 400 begin admin pump two.ek two.ak long.crt
ok "nine of them" said 400 begin admin pump two.ek two.ak two.crt two.crt \
	two.crt two.crt two.crt two.crt two.crt two.crt two.crt

# with MEMBERS COMMAND...: in the request
with() {
	local MEMBERS=$1
	shift
	MEMBERS=$MEMBERS "$@"
}
while IFS='|' read -r status members why; do
	ok "$why" said "$status" with "$members" begin admin pump two.ek \
		two.ak two.crt
done <<'LIST'
400|{"ek": "????"}|an EK that is no base64url
400|{"ek": ""}|an EK of no bytes
400|{"ak": "AAAA"}|an AK that cannot be read
400|{"ek_certificates": []}|no certificate
400|{"ek_certificates": "AAAA"}|certificates that are no array
400|{"ek_certificates": [1]}|of numbers
400|{"csr": "-----BEGIN"}|a CSR that is none
400|{"colour": "red"}|a member that nobody knows
400|{"name": 1}|a name that is a number
400|{"name": "../x"}|a name that is none
400|{"name": null}|no name
400|{"url": "https://example.org:1/"}|a URL with a name
400|{"tls_name": "127.0.0.1"}|an address for a name
400|{"policy": "lathe"}|a policy that there is not
LIST
# csr WHO FILE: asks with that request
csr() {
	with "$(jq -Rs '{csr: ., policy: null}' "$2")" begin "$1" \
		pump two.ek two.ak two.crt
}
# forge FILE: as forged.csr, where the last byte of its signature is another
forge() {
	python3 - "$1" <<-'PY'
	import ssl, sys
	what = "CERTIFICATE", "CERTIFICATE REQUEST"
	pem = open(sys.argv[1]).read().replace(what[1], what[0])
	der = ssl.PEM_cert_to_DER_cert(pem[pem.index("-----BEGIN"):])
	pem = ssl.DER_cert_to_PEM_cert(der[:-1] + bytes([der[-1] ^ 1]))
	open("forged.csr", "w").write(pem.replace(*what))
	PY
}
forge client.csr
ok "a CSR that its key did not sign" said 400 csr admin forged.csr
ok "is told" grep -q 'csr: .*did not sign' body
ok "it is not read for who enrols nobody" said 403 csr reader forged.csr
cat >secret.csr <<'PEM'
-----BEGIN CERTIFICATE REQUEST-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

AAAAAAAAAAAAAAAAAAAAAA==
-----END CERTIFICATE REQUEST-----
PEM
ok "an encrypted CSR asks nobody for its passphrase" said 400 csr admin \
	secret.csr
ok "nor holds up others" said 200 fleet reader /status -m 5
# Work that others ask of us is bounded: of such keys no signature is checked.
while read -r status name algorithm options; do
	# shellcheck disable=SC2086
	openssl genpkey -algorithm "$algorithm" $options -out "$name.key" 2>/dev/null
	openssl req -new -key "$name.key" -subj / -out "$name.csr" 2>/dev/null
	ok "a CSR of $name is answered $status" said "$status" csr admin "$name.csr"
	[ "$status" = 400 ] || continue
	ok "and the keys that may be are told" grep -q \
		'csr: .*P-256.*Ed25519.*RSA of 2048 to 4096 bits' body
	forge "$name.csr"
	ok "whether it signed or not" said 400 csr admin forged.csr
	ok "which is not looked at" grep -q 'csr: .*Ed25519' body
done <<'LIST'
200 P-256 EC -pkeyopt ec_paramgen_curve:P-256
200 P-384 EC -pkeyopt ec_paramgen_curve:P-384
200 P-521 EC -pkeyopt ec_paramgen_curve:P-521
200 Ed25519 ED25519
200 RSA-2048 RSA -pkeyopt rsa_keygen_bits:2048
200 RSA-4096 RSA -pkeyopt rsa_keygen_bits:4096
400 RSA-1024 RSA -pkeyopt rsa_keygen_bits:1024
400 RSA-4104 RSA -pkeyopt rsa_keygen_bits:4104
400 RSA-of-a-large-exponent RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:4294967297
400 RSA-PSS RSA-PSS -pkeyopt rsa_keygen_bits:2048
400 secp256k1 EC -pkeyopt ec_paramgen_curve:secp256k1
400 P-256-by-its-numbers EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit
400 Ed448 ED448
LIST
ok "no JSON" said 400 fleet admin /enrolments -d '{'
ok "too much of it" said 413 fleet admin /enrolments -d \
	"$(head -c 33000 /dev/zero | tr '\0' ' ')"
ok "an answer without a challenge" said 410 fleet admin /enrolments/answer -d \
	'{"id":"AAAAAAAAAAAAAAAAAAAAAA","secret":"AA"}'
ok "an answer that is none" said 400 fleet admin /enrolments/answer -d \
	'{"id":"AA","secret":"AA"}'
hand request pump two.ek two.ak two.crt >ask
for i in $(seq 300); do
	[ "$i" -eq 1 ] || echo next
	cat <<-CONF
	url = https://127.0.0.1:$api/v1/enrolments
	data = @ask
	output = many
	write-out = "%{http_code}\\n"
	cacert = ca.pem
	cert = admin.pem
	key = admin.key
	silent
	CONF
done >many.conf
begun=$SECONDS
ok "300 challenges" test "$(curl -K many.conf | grep -c '^200$')" = 300
# Of 40 ms each: the time that an ACK may be delayed.
ok "none of them waits for an ACK" test $((SECONDS - begun)) -lt 10
ok "and the verifier goes on" said 200 fleet reader /status
stop_verifier

enrolment_conf 'policy = "plc";'
ok "without the setting" start_verifier
ok "a simulator is refused" said 422 begin admin pump two.ek two.ak two.crt
ok "which is said" grep -q 'simulator (manufacturer id:00001014)' body
stop_verifier
ek_file=$work/ca.pem
enrolment_conf 'policy = "plc";'
ok "without the CA" start_verifier
ok "it is refused" said 422 begin admin pump two.ek two.ak two.crt
ok "and the CA is named" grep -q 'the CA ."CN=swtpm-localca." with key id' body
stop_verifier
ek_file=$work/nothing.pem
enrolment_conf
ok "a CA that is not there is told at the start" no start_verifier
ok "by its name, and where that is" grep -q \
	'verifier.conf.d/test.conf:[0-9]*: enrolment: cannot read .*/nothing.pem' verr
verifier_pid=''
verifier_conf
ok "without enrolment" start_verifier
ok "there is none" said 404 fleet admin /enrolments -d '{}'
stop_verifier

# A verifier that answers something else: nothing is written.
tpm2_flushcontext -t
api=$(free_ports)
coproc FAKE { exec python3 "$root/selftests/enrol/enrol.py" fake "$api"; }
# shellcheck disable=SC2153
fake_pid=$FAKE_PID
trap 'kill "$fake_pid" "$quiet_pid" 2>/dev/null; end_verifier; cleanup' EXIT
read -r _ <&"${FAKE[0]}"
mkdir lathe
while IFS='|' read -r pattern how why; do
	printf '%b' "$how" >how
	ok "$why" refused "$pattern" setup admin lathe --policy plc
	ok "and nothing is written" test -z "$(ls lathe)"
done <<'LIST'
challenge cannot be read|200 {}|an empty challenge
challenge cannot be read|200 {"id": "AA", "blob": "AA"}|half of one
TPM refuses the challenge|200 {"id": "AA", "blob": "AAAA", "seed": "AAAA"}|one of zeros
answered 500|500 {"detail": "no"}|an error
answered 200|200 []|an array
answered 302|302 {"id": "AA", "blob": "AAAA", "seed": "AAAA"}|another place
LIST
ok "nothing is left in the TPM" test -z "$(held)"
finish
