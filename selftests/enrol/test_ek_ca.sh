#!/bin/bash
# SPDX-License-Identifier: MIT
# Whom EK certificates are believed by: only a root, where the CA below it comes out
# of the TPM; what is read anew while the verifier runs; and the CRLs of such a CA.
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
use_tpm one
ek_file=$work/ek.pem
cp swtpm-ca/swtpm-localca-rootca-cert.pem ek.pem
enrolment_conf 'allow_software = true; policy = "plc";'
ok "the verifier believes the root" start_verifier
ok "the CA below it is missing" refused 'the CA .*CN=swtpm-localca[^-].*missing' \
	setup enroller mixer
openssl x509 -in swtpm-ca/issuercert.pem -outform DER -out issuer.der
cat issuer.der issuer.der >chain
tpm2_nvdefine 0x01c00100 -C o -s 700 -a 'ownerwrite|ownerread|authread' \
	>/dev/null
tpm2_nvdefine 0x01c00101 -C o -s "$(($(stat -c %s chain) - 700))" \
	-a 'ownerwrite|ownerread|authread' >/dev/null
head -c 700 chain | tpm2_nvwrite 0x01c00100 -C o -i - >/dev/null
tail -c +701 chain | tpm2_nvwrite 0x01c00101 -C o -i - >/dev/null
ok "unless its maker left it in the TPM" setup enroller mixer
ok "nothing is left in it" test -z "$(held)"

echo nothing >ek.pem
ok "a file that is none is not used" anew 'enrolment goes on as before'
ok "and what was believed is" setup enroller mixer
ok "that is an error at a start" refused 'ek.pem holds something else' \
	"$verifier" --config verifier.conf --check-config
cp ca.pem ek.pem
ok "another one is used" anew 'new certificates are in use'
ok "from then on" refused 'is not among|missing' setup enroller mixer
cp verifier.pem kept.pem
echo nothing >verifier.pem
cp swtpm-ca/swtpm-localca-rootca-cert.pem ek.pem
ok "a TLS certificate that is none is not used" anew \
	'the old certificates stay in use'
ok "whom EKs are believed by is read all the same" setup enroller mixer
cp kept.pem verifier.pem
stop_verifier

# A CA that has a CRL. That of swtpm may sign none: its key gets a certificate to.
openssl x509 -in swtpm-ca/issuercert.pem -signkey swtpm-ca/signkey.pem -clrext \
	-out ek.pem -extfile <(
		echo 'basicConstraints=critical,CA:TRUE'
		echo 'keyUsage=critical,keyCertSign,cRLSign'
		echo 'subjectKeyIdentifier=none'
	) 2>/dev/null
cat >crl.cnf <<-CONF
[ca]
default_ca = d
[d]
database = index
default_md = sha256
CONF
: >index
# crl [OPTION...]: of what index has
crl() {
	openssl ca -config crl.cnf -gencrl -keyfile swtpm-ca/signkey.pem \
		-cert ek.pem -crldays 2 -out ek.crl "$@" 2>/dev/null
}
# revoke NAME: the certificate of that TPM's EK
revoke() {
	use_tpm "$1"
	tpm2_nvread 0x01c00002 2>/dev/null | openssl x509 -inform DER -out "$1.crt"
	openssl ca -config crl.cnf -keyfile swtpm-ca/signkey.pem -cert ek.pem \
		-revoke "$1.crt" 2>/dev/null
}
make_tpm two
revoke two
crl
echo "enrolment = { ek = ( { file = \"$work/ek.crl\"; } ); };" \
	>verifier.conf.d/zz-crl.conf
ok "the verifier believes a CA with a CRL" start_verifier
ok "an EK certificate on it is refused" refused \
	'answered 422.*certificate revoked' setup enroller lathe
ok "its TPM is nobody" said 404 fleet admin /devices/lathe
use_tpm one
ok "one that is not is enrolled" setup enroller mixer
revoke one
crl
ok "a newer CRL" anew 'new certificates are in use'
ok "counts from then on" refused 'answered 422.*certificate revoked' setup \
	enroller mixer
: >index
crl
ok "one that revokes nothing" anew 'new certificates are in use'
ok "gives it back" setup enroller mixer
crl -crl_lastupdate 20200101000000Z -crl_nextupdate 20200102000000Z
ok "one that is out of date" anew 'new certificates are in use'
ok "is as none" refused 'answered 422.*CRL has expired' setup enroller mixer
ok "the verifier ends in an orderly way" stop_verifier
finish
