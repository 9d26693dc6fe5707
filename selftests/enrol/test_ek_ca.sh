#!/bin/bash
# SPDX-License-Identifier: MIT
# Whom EK certificates are believed by: only a root, where the CA below it comes out
# of the TPM; and what is read anew while the verifier runs.
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
ok "the verifier ends in an orderly way" stop_verifier
finish
