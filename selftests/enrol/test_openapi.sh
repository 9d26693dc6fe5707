#!/bin/bash
# SPDX-License-Identifier: MIT
# Answers to devices, who enrol and come by themselves, are as openapi.json says.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/openapi.sh
. "$root/selftests/fleet/openapi.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"

make_fleet_certs
make_enrol_ca
make_cert enroller ca
make_tpm one
make_tpm two
enrolment_conf 'allow_software = true;'
ok "the verifier starts" start_verifier
fleet reader /openapi.json >/dev/null
cp body openapi.json
keys_of two
keys_of one

# ask CSR NAME EK AK CERT...: into the file that is sent; CSR is null, or . for one
ask() {
	local csr=$1
	shift
	MEMBERS=$(jq -Rs "{url: null, csr: $csr}" client.csr) \
		hand request "$@" >ask
}
long=$(head -c 33000 /dev/zero | tr '\0' ' ')
no_id='{"id":"AAAAAAAAAAAAAAAAAAAAAA","secret":"AA"}'
begin=/v1/enrolments answer=/v1/enrolments/answer

ask null press one.ek one.ak one.crt
ok "a challenge" answers 200 admin POST $begin /enrolments -d @ask
activate one
hand answer "$secret" >ask
ok "a device without a certificate" answers 201 admin POST $answer \
	/enrolments/answer -d @ask
ok "it has none" jq -e '.certificate == null' body
ask . press one.ek one.ak one.crt
ok "another challenge" answers 200 admin POST $begin /enrolments -d @ask
activate one
hand answer "${secret//[0-7]/8}" >wrong
ok "a wrong answer" answers 403 admin POST $answer /enrolments/answer -d @wrong
ask . press one.ek one.ak one.crt
answers 200 admin POST $begin /enrolments -d @ask >/dev/null
activate one
hand answer "$secret" >ask
ok "a device with one" answers 201 admin POST $answer /enrolments/answer -d @ask
jq -r .certificate body >press.pem
cp client.key press.key
ask . press two.ek two.ak two.crt
ok "the name is taken" answers 409 admin POST $begin /enrolments -d @ask
ask . pump two.ek two.ak one.crt
ok "an EK that is not believed" answers 422 admin POST $begin /enrolments -d @ask
while IFS='|' read -r want who route data; do
	ok "$who $route: $want" answers "$want" "$who" POST "$route" \
		"${route#/v1}" -d "$data"
done <<TABLE
400|admin|$begin|{}
403|reader|$begin|{}
413|admin|$begin|$long
400|admin|$answer|{}
403|client|$answer|$no_id
410|admin|$answer|$no_id
413|admin|$answer|$long
TABLE
for who in reader press; do
	ok "the CRL for $who" answers 200 "$who" GET /v1/crl /crl
	ok "which is one" openssl crl -inform DER -in body -noout
done
ok "for nobody else" answers 403 client GET /v1/crl /crl

at=/challenge-response/v1
session="$at/session/{name}"
cmw='Content-Type: application/cmw+cbor'
ok "a session" answers 201 press POST $at/newSession $at/newSession
ok "of another size" answers 400 press POST $at/newSession \
	"$at/newSession?nonceSize=8"
ok "for people" answers 403 admin POST $at/newSession $at/newSession
ok "over another connection" answers 410 press POST "$session" \
	$at/session/press -H "$cmw" --data-binary x
ok "of another type" answers 415 press POST "$session" $at/session/press \
	--data-binary x
me=(-s -m 30 --cacert ca.pem --cert press.pem --key press.key -X POST)
judged() { # in one connection, which curl keeps
	local type
	curl "${me[@]}" -o /dev/null "https://127.0.0.1:$api$at/newSession" \
		--next "${me[@]}" -o body -w '%{http_code} %{content_type}' \
		-H "$cmw" --data-binary x \
		"https://127.0.0.1:$api$at/session/press" >status
	read -r code type <status || true
	echo "$code $type"
	doc answer POST "$session" "$code" "$type" body
}
ok "evidence" judged
ok "which is judged" jq -e '.state == "complete"' body
echo '{"state": "complete"}' >body
ok "what is not as it says is seen" no doc answer POST "$session" 200 \
	application/vnd.veraison.challenge-response-session+json body

stop_verifier
verifier_conf
ok "the verifier starts without enrolment" start_verifier
ok "none begins" answers 404 admin POST $begin /enrolments -d '{}'
ok "none is answered" answers 404 admin POST $answer /enrolments/answer -d '{}'
ok "no CRL" answers 404 reader GET /v1/crl /crl
ok "the verifier ends" stop_verifier
finish
