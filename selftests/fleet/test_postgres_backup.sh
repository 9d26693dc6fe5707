#!/bin/bash
# SPDX-License-Identifier: MIT
# A database of PostgreSQL is copied while a verifier writes to it, lost, and put back,
# by the commands that shinrai-verifier(8) has.
# shellcheck disable=SC2016,SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/talk.sh
. "$root/selftests/enrol/talk.sh"
trap 'end_verifier; end_pg; cleanup' EXIT

# The page names the database alone: the rest is the environment's.
export PATH=$pg_bin:$PATH PGHOST=$work/pg PGUSER=shinrai
sed -n '/^pg_dump -Fc/,/^\.Ed/{/^\.Ed/d;s/\\e/\\/;p}' \
	"$root/tools/man/shinrai-verifier.8" >commands
copies() {
	grep '^pg_dump' commands | sh -e
}
puts_back() {
	sed 1d commands | sh -e
}
ok "the page has both" test "$(cut -d' ' -f1 commands | tr '\n' ' ')" = \
	'pg_dump psql psql  pg_restore  '

make_fleet_certs
make_enrol_ca
make_cert enroller ca
ek_file=$work/ca.pem # no TPM enrols here
ok "a cluster starts" make_pg
sql postgres "CREATE DATABASE fleet" >/dev/null
SHINRAI_TEST_DATABASE=$(pg_url fleet)
enrolment_conf 'allow_software = true;'
echo 'missed = 1;' >>verifier.conf.d/test.conf
ok "the verifier starts" start_verifier
enrol() { # NAME
	fleet admin /devices -d "{\"name\":\"$1\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
	[ "$code" = 201 ]
}
names() { # NAME...: those are the devices
	fleet reader /devices >/dev/null
	[ "$(jq -r '[.devices[].name] | sort | join(" ")' body)" = "$*" ]
}
for name in press valve; do
	enrol "$name"
	make_device "$name"
	ok "$name may ask" said 200 fleet "$name" /crl
	becomes "$name" '.state == "unreachable"' >/dev/null
done

# Somebody writes meanwhile.
(for i in $(seq 20); do
	curl -s -o /dev/null --cacert ca.pem --cert admin.pem --key admin.key \
		"https://127.0.0.1:$api/v1/devices" -d "{\"name\":\"n$i\",
		\"policy\":\"plc\",\"url\":\"https://127.0.0.1:1/\"}"
done) &
writer=$!
ok "it is copied meanwhile" copies
wait "$writer"
for i in $(seq 20); do
	fleet admin "/devices/n$i" -X DELETE >/dev/null
done
ok "again, over the first one" copies
fleet reader /log >/dev/null
cp body then.json
fleet reader '/log/entries?count=1000' >/dev/null
jq -c .entries body >log.then

# What is lost later.
ok "then a device is enrolled" enrol later
make_device later
ok "it may ask" said 200 fleet later /crl
becomes later '.state == "unreachable"' >/dev/null
cp press.pem before.pem
cp press.key before.key
make_device press
ok "another certificate is issued" said 200 fleet press /crl
ok "and a device withdrawn" said 200 fleet admin /devices/valve -X DELETE
ok "it is refused" said 000 fleet valve /crl
ok "nothing is put back while a verifier runs" no puts_back
ok "the verifier is killed" no stop_verifier KILL
gone() { # its session ends a little later
	for _ in $(seq 50); do
		[ "$(sql postgres "SELECT count(*) FROM pg_stat_activity
			WHERE datname = 'fleet'")" != 0 ] || return 0
		sleep 0.1
	done
	return 1
}
ok "the database is nobody's" gone
ok "it is put back" puts_back
ok "what was there is kept" test "$(sql fleet_old \
	"SELECT count(*) FROM certificate WHERE revoked > 0")" = 1
ok "the verifier starts" start_verifier
ok "with the devices that were copied" names press valve
ok "which it has taken, and asks" becomes press '.failure != "" and .fresh == false'
fleet reader '/log/entries?count=1000' >/dev/null
jq -c .entries body >log.now
ok "and with the log" cmp log.then log.now
fleet reader /log >/dev/null
ok "as it was" jq -e --slurpfile t then.json '.root == $t[0].root and
	.log == $t[0].log' body
ok "signed by the same key" test "$(fleet reader /.well-known/jwks.json \
	>/dev/null && jq '.keys | length' body)" = 1
ok "what was issued before is good" said 200 fleet before /crl
ok "what was issued since is refused" said 403 fleet press /crl
ok "with the reason" jq -e '.detail | test("does not know this certificate")' body
ok "also of a device that is not known any more" said 403 fleet later /crl
ok "with the reason" jq -e '.detail | test("does not know this certificate")' body
ok "who was withdrawn since may ask again" said 200 fleet valve /crl
ok "until that is done again" said 200 fleet admin /devices/valve -X DELETE
ok "from then on it is refused" said 000 fleet valve /crl
ok "it goes on" enrol new
ok "also in the log" becomes new '.state == "unreachable"'
fleet reader /log >/dev/null
cp body head.json
fleet reader '/log/entries?count=1000' >/dev/null
ok "which is whole" python3 "$root/selftests/fleet/log.py" root head.json body
ok "the verifier ends" stop_verifier
finish
