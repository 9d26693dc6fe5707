#!/bin/bash
# SPDX-License-Identifier: MIT
# The database is copied while it is written to, lost, and put back.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

make_fleet_certs
verifier_conf 'policies = ( { name = "plc"; } ); missed = 1;'
fails() {
	! "$@"
}
run() { # VERB...
	"$verifier" --config verifier.conf "$@" 2>msg
}
ok "there is nothing to copy" fails run backup copy
ok "which is said" grep -q 'cannot open .*fleet.db' msg
ok "nor a copy" fails test -e copy
ok "the verifier starts" start_verifier
enrol() { # NAME
	fleet admin /devices -d "{\"name\":\"$1\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
	[ "$code" = 201 ]
}
names() { # NAME...: those are the devices
	fleet reader /devices >/dev/null
	[ "$(jq -r '[.devices[].name] | join(" ")' body)" = "$*" ]
}
ok "a device" enrol a
becomes a '.state == "unreachable"' >/dev/null

# Somebody writes all the time.
(for i in $(seq 40); do
	curl -s -o /dev/null --cacert ca.pem --cert admin.pem --key admin.key \
		"https://127.0.0.1:$api/v1/devices" -d "{\"name\":\"n$i\",
		\"policy\":\"plc\",\"url\":\"https://127.0.0.1:1/\"}"
done) &
writer=$!
ok "it is copied meanwhile" run backup copy
ok "again, over the first one" run backup copy
ok "for nobody else" test "$(stat -c %a copy)" = 600
ok "as one file" test "$(echo copy*)" = copy
wait "$writer"
run backup copy || true
before=$(curl -s --cacert ca.pem --cert reader.pem --key reader.key \
	"https://127.0.0.1:$api/v1/devices" | jq -r '.devices | length')
ok "each was enrolled" test "$before" = 41
size=$(fleet reader /log >/dev/null && jq .size body)
ok "what is lost later" enrol lost
ok "not while it is in use" fails run restore copy
ok "which is said" grep -q 'is in use: end shinrai-verifier first' msg
second() {
	! timeout 10 "$verifier" --config verifier.conf 2>msg
}
ok "nor is there a second verifier on one file" second
ok "which is said" grep -q 'several of them need a database of PostgreSQL' msg
ok "the verifier ends" stop_verifier
ok "put back" run restore copy
ok "for nobody else" test "$(stat -c %a fleet.db)" = 600
ok "what was there is kept" test -s fleet.db.old
ok "the verifier starts" start_verifier
fleet reader /devices >/dev/null
ok "with what was copied" jq -e ".devices | length == $before and
	all(.name != \"lost\")" body
fleet reader /log >/dev/null
ok "and the log" test "$(jq .size body)" -ge "$((size > 0 ? 1 : 0))"
ok "signed by the same key" test "$(fleet reader /.well-known/jwks.json \
	>/dev/null && jq '.keys | length' body)" = 1
ok "it goes on" enrol later
ok "the verifier ends" stop_verifier

# What is no copy changes nothing.
sum=$(sha256sum <fleet.db)
head -c 20000 copy >short
echo junk >junk
: >empty
cp copy hurt
dd if=/dev/zero of=hurt bs=4096 seek=2 count=3 conv=notrunc 2>/dev/null
python3 - <<-'PY'
	import shutil, sqlite3
	sqlite3.connect("other").execute("CREATE TABLE t (x)")
	shutil.copy("copy", "later")
	sqlite3.connect("later").execute("PRAGMA user_version = 99")
PY
while read -r file why; do
	ok "not $file" fails run restore "$file"
	ok "but $why" grep -q "$why" msg
done <<TABLE
short not of shinrai-verifier: database disk image is malformed
junk not of shinrai-verifier: file is not a database
empty not of shinrai-verifier: it is empty
other a database of something else
later made by a later shinrai-verifier
hurt damaged
nothing cannot open
TABLE
ok "nothing changed" test "$(sha256sum <fleet.db)" = "$sum"
ok "nothing was left behind" test "$(echo fleet.db.new*)" = 'fleet.db.new*'
ok "usage: a file" sh -c "'$verifier' -c verifier.conf backup 2>/dev/null; [ \$? = 2 ]"
ok "usage: what there is" sh -c "'$verifier' -c verifier.conf bogus 2>/dev/null; [ \$? = 2 ]"
ok "the verifier starts" start_verifier
fleet reader /devices/later >/dev/null
ok "with all" test "$code" = 200
ok "the verifier ends" stop_verifier
finish
