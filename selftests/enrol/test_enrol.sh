#!/bin/bash
# SPDX-License-Identifier: MIT
# A device enrols by its TPM, again and again; nobody else becomes it.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"

make_fleet_certs
make_hub_cert
make_enrol_ca
make_cert enroller ca
make_tpm one
make_tpm two
enrolment_conf 'allow_software = true; tls_days = 90;'
ok "the verifier starts" start_verifier
use_tpm one

ok "an admin enrols a device" setup admin press --policy plc
ok "nothing is left in the TPM" test -z "$(held)"
ok "it is in the fleet, with what its TPM is worth" device press '
	.assurance == "software" and .policy == "plc" and
	(.ak | startswith("000b"))'
ok "its AK certificate is that of the CA" openssl verify -x509_strict \
	-CAfile enrol.pem press/ak.pem
openssl x509 -in press/ak.pem -noout -text >text
ok "it names the device" grep -q 'Subject: CN = press$' text
ok "the TPM" grep -q 'DirName:/2.23.133.2.1=id:00001014/2.23.133.2.2=swtpm' text
ok "what it is for" grep -q '2\.23\.133\.8\.3' text
openssl asn1parse -in press/ak.pem >asn
tpm2_nvread 0x01c00002 -o ek.der >/dev/null 2>&1
openssl x509 -inform DER -in ek.der -outform DER -out ek.der
oid=2.25.163178825813043709308674364567787879774
at=$(grep -A1 ":$oid\$" asn | tail -n 1 | cut -d: -f1)
openssl asn1parse -in press/ak.pem -strparse "$((at))" >endorsement
ok "how much that is worth" grep -q 'UTF8STRING *:software$' endorsement
# dumps: octet strings of the extension, in their order
dumps() {
	sed -n 's/.*DUMP\]://p' endorsement | tr A-F a-f | tr '\n' ' '
}
ok "and which EK, with which certificate" test "$(dumps)" = \
	"$(spki ek.der) $(sha256sum <ek.der | cut -d' ' -f1) "
ok "its TLS certificate is of the CA, for its name" openssl verify \
	-x509_strict -CAfile enrol.pem -verify_hostname press press/cert.pem
ok "the key fits, and is nobody else's" test \
	"$(stat -c %a press/key.pem) $(openssl pkey -in press/key.pem -pubout)" \
	= "600 $(openssl x509 -in press/cert.pem -noout -pubkey)"
for each in ak cert; do
	ok "$each.pem ends with the CA, if not before" test \
		"$(openssl x509 -in "press/$each.pem" -noout -enddate)" = \
		"$(openssl x509 -in enrol.pem -noout -enddate)"
done
ok "whom it believes is what it was given" cmp ca.pem press/ca.pem

key=$(jq -r .ak body)
chgrp nogroup press
ok "the same TPM enrols again" setup admin press
ok "with the same key" device press ".ak == \"$key\""
ok "the folder's group may read the other one" test \
	"$(stat -c '%a %G' press/key.pem)" = "640 nogroup"
ok "and with another AK" setup admin press --ak-generation 1
ok "which is pinned then" device press ".ak != \"$key\""
ok "a second name for the same TPM is refused" refused \
	'this TPM is enrolled as \\?"press\\?"' setup admin pump --policy plc
asks_with() { # CERT PORT
	"$ctl" fleet list --verifier "https://127.0.0.1:$2" --cert "$1" \
		--key admin.key --ca ca.pem
}
ok "a file that is not there is no matter of the verifier's" refused \
	'No such file or directory .give a PEM file with --cert' \
	asks_with nope.pem "$api"
ok "nor is another's key" refused "give the certificate's key" \
	asks_with reader.pem "$api"
ok "where nobody listens it is" refused \
	'Connection refused .is shinrai-verifier running' asks_with admin.pem 1
ok "readers enrol nobody" refused '403' setup reader pump
use_tpm two
ok "another TPM does not get the name" refused \
	'that of another TPM; withdraw' setup admin press
ok "enrollers need a policy that is configured" refused \
	'enrolment.policy' setup enroller pump
ok "and name none" refused 'only admins choose' setup enroller pump \
	--policy other
stop_verifier
enrolment_conf 'allow_software = true; policy = "plc";
	reserved = ( "hub-2", "*.hubs.example" ); ak_days = 7; tls_days = 3;'
ok "the verifier starts anew" start_verifier
ok "what it knew of the TPM is known still" device press '
	.assurance == "software"'
ok "another TPM does still not get the name" refused \
	'that of another TPM; withdraw' setup enroller press
ok "enrollers enrol" setup enroller pump
ok "by the policy of the configuration" device pump '.policy == "plc"'
# lasts CERT DAYS: from now on, within two minutes
lasts() {
	openssl x509 -in "$1" -noout -enddate -checkend $(($2 * 86400 - 120)) &&
		no openssl x509 -in "$1" -noout -checkend $(($2 * 86400 + 1))
}
ok "its AK certificate lasts for ak_days" lasts pump/ak.pem 7
ok "its TLS certificate for tls_days" lasts pump/cert.pem 3
ok "they see nothing of the fleet" said 403 fleet enroller /devices
cp pump/cert.pem pump.pem
cp pump/key.pem pump.key
ok "nor do devices" said 403 fleet pump /devices
ok "a certificate that is new is not renewed" said_by \
	'nothing to renew yet' renew pump
ok "and is the same still" cmp pump/cert.pem pump.pem
ok "devices enrol themselves again" setup pump pump
ok "and get another certificate" no cmp pump/cert.pem pump.pem
ok "but not under another name" refused 'under its own name' setup pump press

# Its certificates are many, and it is one client.
stop_verifier
cp verifier.conf.d/test.conf test.conf
echo 'limits = { connections_per_client = 1; };' >>verifier.conf.d/test.conf
ok "the verifier lets a client have one connection" start_verifier
cp press/cert.pem press.pem
cp press/key.pem press.key
cp pump/cert.pem again.pem
cp pump/key.pem again.key
# hold WHO: a connection, until $hold_pid is gone
hold() {
	coproc HOLD { exec openssl s_client -connect "127.0.0.1:$api" -CAfile \
		ca.pem -cert "$1.pem" -key "$1.key" 2>/dev/null; }
	# shellcheck disable=SC2153
	hold_pid=$HOLD_PID
	trap 'kill "$hold_pid" 2>/dev/null; end_verifier; cleanup' EXIT
	grep -qm1 'Verify return code: 0' <&"${HOLD[0]}"
}
ok "which a device has" hold pump
refuses() {
	for _ in $(seq 20); do
		said 000 fleet "$1" /crl && return
		sleep 0.1
	done
	return 1
}
ok "and not another by another certificate" refuses again
ok "another device has its own" said 200 fleet press /crl
ok "and so have people" said 200 fleet reader /status
kill "$hold_pid"
wait "$hold_pid" 2>/dev/null || true
ok "when it is gone there is room" said 200 fleet again /crl
stop_verifier
cp test.conf verifier.conf.d/test.conf
ok "the verifier starts anew" start_verifier

# What is withdrawn is revoked, and may be somebody else's then.
fleet press /crl >/dev/null
cp body crl
ok "a CRL of nothing" openssl verify -CAfile enrol.pem -CRLfile crl \
	-crl_check press/ak.pem
ok "an admin withdraws the device" said 200 fleet admin /devices/press \
	-X DELETE
ok "its certificate is not accepted any more" said 000 fleet press /crl
fleet reader /crl >/dev/null
cp body crl
ok "its AK certificate is on the CRL" refused 'certificate revoked' \
	openssl verify -CAfile enrol.pem -CRLfile crl -crl_check press/ak.pem
ok "that of another device is not" openssl verify -CAfile enrol.pem \
	-CRLfile crl -crl_check pump/ak.pem
stop_verifier
ok "the verifier starts anew" start_verifier
ok "what is revoked stays so" said 000 fleet press /crl
use_tpm one
ok "the TPM gets another name" setup enroller mixer
ok "another name is another certificate" said 000 fleet press /crl
ok "nobody gets the verifier's own name" refused "verifier's own" setup admin \
	hub --policy plc
ok "nor one that is reserved" refused 'enrolment.reserved' setup enroller hub-2
ok "nor one like it" refused 'enrolment.reserved' setup enroller a.hubs.example
stop_verifier
make_cert verifier ca
ok "the verifier gets a certificate without its name" start_verifier
make_tpm three
use_tpm three
ok "which is nobody's still" refused 'that of a verifier' setup enroller hub
stop_verifier
use_tpm one
make_hub_cert

# Enrolled again while it is asked: what was asked before changes nothing.
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
	-days 2 -out server.pem -extfile <(
		echo 'subjectAltName=IP:127.0.0.1,DNS:mixer') 2>/dev/null
echo hang >how
coproc ODD { exec python3 "$root/selftests/fleet/odd.py"; }
# shellcheck disable=SC2153
odd_pid=$ODD_PID
trap 'kill "$odd_pid" 2>/dev/null; end_verifier; cleanup' EXIT
read -r odd_port <&"${ODD[0]}"
device_url=https://127.0.0.1:$odd_port/
enrolment_conf 'allow_software = true; policy = "plc";'
echo 'timeout_s = 3;' >>verifier.conf.d/test.conf
asked() {
	fleet reader /status
	jq -e '.asking == 1' body
}
ok "the verifier starts" start_verifier
ok "a device that does not answer" setup enroller mixer
for _ in $(seq 50); do
	asked >/dev/null && break
	sleep 0.1
done
device mixer .ak >/dev/null
key=$(jq -r .ak body)
ok "is being asked" asked
ok "and enrols with another AK meanwhile" setup enroller mixer --ak-generation 1
ok "which is shown at once" device mixer ".ak != \"$key\" and .ak != null"
key=$(jq -r .ak body)
ok "and when it did not answer" becomes mixer ".failure != \"\" and
	.ak == \"$key\" and .assurance == \"software\""
for _ in $(seq 50); do
	asked >/dev/null && break
	sleep 0.1
done
ok "enrolled while it is asked" setup enroller mixer
ok "and withdrawn" said 200 fleet admin /devices/mixer -X DELETE

# Another CA: who comes with a certificate of the former one is nobody.
use_tpm two
ok "a device is known by its certificate" said 200 fleet again /crl
mv enrol.pem former.pem
make_enrol_ca another
cat former.pem >>all.pem
ok "another CA takes the place" anew 'new certificates are in use'
ok "and it is not any more" said 403 fleet again /crl
ok "it cannot renew its own" refused '403' setup again pump
ok "an enroller sets it up again" setup enroller pump
cp pump/cert.pem again.pem
cp pump/key.pem again.key
ok "with a certificate that is known" said 200 fleet again /crl
ok "of the new CA" openssl verify -x509_strict -CAfile enrol.pem pump/cert.pem
ok "what is remembered of it stays" device pump '.policy == "plc" and
	.assurance == "software"'
ok "the verifier ends in an orderly way" stop_verifier
finish
