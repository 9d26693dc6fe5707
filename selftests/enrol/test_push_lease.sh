#!/bin/bash
# SPDX-License-Identifier: MIT
# A device brings evidence to a verifier that has lost it to another one meanwhile: what
# is judged of it is not kept, and the device is told to come again.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/talk.sh
. "$root/selftests/enrol/talk.sh"
trap 'end_talk; end_verifier; end_pg; cleanup' EXIT

make_fleet_certs
make_enrol_ca
make_cert enroller ca
ek_file=$work/ca.pem # no TPM enrols here
ok "a cluster starts" make_pg
sql postgres "CREATE DATABASE fleet" >/dev/null
SHINRAI_TEST_DATABASE=$(pg_url fleet)
enrolment_conf 'allow_software = true;'
ok "the verifier starts" start_verifier
fleet admin /devices -d '{"name":"press","policy":"plc",
	"url":"https://127.0.0.1:1/"}' >/dev/null
make_device press
ok "the verifier ends" stop_verifier
sql fleet "UPDATE device SET url = ''"
ok "and starts" start_verifier
start_talk
talk open a press >/dev/null

# begins: as soon as the device is this verifier's
begins() {
	for _ in $(seq 50); do
		says 201 begin a && return
		sleep 0.2
	done
	return 1
}
judged() {
	sql fleet "SELECT judged FROM device WHERE name = 'press'"
}
# lost: the lease goes while the answer comes; the verifier looks once a second itself
lost() {
	for _ in $(seq 5); do
		begins
		sql fleet "UPDATE device SET fence = nextval('fence')"
		talk answer a 9
		case $told in
		"422 "*'another verifier has it now'*) return 0 ;;
		esac
	done
	return 1
}
sql fleet "DELETE FROM certificate"
ok "a certificate that the database does not have is refused" says 403 begin a
know press
ok "one that another verifier issued since is not" begins
ok "a session" begins
ok "is answered" says 200 answer a 9
before=$(judged)
ok "one whose device is another verifier's by then is told so" lost
ok "and nothing of it is kept" test "$(judged)" = "$before"
fleet reader /log/entries >/dev/null
ok "nor in the log" jq -e '.entries | length == 1' body
ok "it comes again" begins
ok "and is judged" says 200 answer a 9
ok "which is kept" test "$(judged)" != "$before"

# What another verifier has, and asks, is no reason to look at the database at once.
beats() {
	sql fleet "SELECT max(beat) FROM verifier"
}
# alive: what says that another verifier is, which has the device
alive() {
	local other
	other=$(sql fleet "INSERT INTO verifier DEFAULT VALUES RETURNING id")
	sql fleet "UPDATE device SET owner = $other, fence = nextval('fence'),
		url = 'https://127.0.0.1:1/'"
}
ok "another verifier takes it, and has a URL for it" alive
taken() {
	for _ in $(seq 20); do
		! says 503 begin a || return 0
		sleep 0.1
	done
	return 1
}
ok "it comes still, and is refused" taken
sleep 1.5
before=$(beats) begun=$SECONDS
for _ in $(seq 60); do
	talk begin a >/dev/null
done
ok "60 times cost the database nothing" \
	test $(($(beats) - before)) -le $((SECONDS - begun + 3))
ok "the verifier ends in an orderly way" stop_verifier
finish
