#!/bin/bash
# SPDX-License-Identifier: MIT
# shinrai-verifier asks a real shinraid with a software TPM: what the device is
# shown as, while it goes on, is away, reboots, is tampered with, and through the
# verifier's own ends.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

start_tpm
make_fleet_certs
make_cert nobody ca
mkdir good rogue
./make_log good good
./make_log rogue rogue
cp good/firmware firmware
: >log
policy="policies = ( {
	name = \"plc\";
	digests = [ \"$work/good/known.txt\" ];
	reference = \"$work/good/boot.json\";
} );"

configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon
verifier_conf "$policy"
ok "the configuration is right" "$verifier" --config verifier.conf \
	--check-config
ok "the verifier starts" start_verifier
ok "its database is nobody else's" test "$(stat -c %a fleet.db)" = 600

enrol() { # WHO NAME POLICY [MEMBERS]
	fleet "$1" /devices -d "{\"name\":\"$2\",\"policy\":\"$3\",
		\"url\":\"https://127.0.0.1:$port/\"${4:+,$4}}"
}
ok "whom nobody knows may not even look" said 403 fleet nobody /devices
ok "a reader may" said 200 fleet reader /devices
ok "but not enrol" said 403 enrol reader press1 plc
ok "nor withdraw" said 404 fleet reader /devices/press1 -X DELETE
ok "an admin enrols a device" said 201 enrol admin press1 plc
ok "once" said 409 enrol admin press1 plc
ok "under a policy that there is" said 400 enrol admin press2 lathe
ok "which is said" grep -q 'has none of this name' body
ok "by a name that is one" said 400 enrol admin ../x plc
ok "with members that are known" said 400 enrol admin press2 plc '"colour":"red"'
ok "and a key that is one" said 400 enrol admin press2 plc '"ak":"00"'
ok "at an address" said 400 fleet admin /devices -d \
	'{"name":"x","policy":"plc","url":"https://example.org:1/"}'
ok "as JSON" said 400 fleet admin /devices -d '{'
ok "of one object" said 400 fleet admin /devices -d '[]'
ok "that is short" said 413 fleet admin /devices -d \
	"$(head -c 9000 /dev/zero | tr '\0' ' ')"
ok "what there is not is not found" said 404 fleet reader /devices/press9
ok "nor other paths" said 404 fleet reader /v2/devices
ok "nor other things of a device" said 404 fleet reader /devices/press1/colour
ok "and not changed in other ways" said 405 fleet admin /devices/press1 -X PUT

ok "no log yet: unreachable, with the device's reason" becomes press1 \
	'.state == "unreachable" and .code == "no-answer" and
	(.reason | startswith("it answered 409: "))'
extend_lines good/extends 1 >/dev/null
cp good/log log
ok "trusted, once there is one" becomes press1 '.state == "trusted" and .fresh
	and .code == "" and .failure == ""'
ok "every record is judged, and the key is pinned" device press1 \
	'.verdict.records == 8 and .records == 8 and
	.ak == .verdict.ak_name and .verdict.root == "unproven"'
ok "its verdict, for others" said 200 fleet reader /devices/press1/ear
ok "is signed, of this device, and ends" ear press1 '.sub == "press1" and
	.exp > .iat and .exp <= .iat + 3 and (now - .iat) < 10 and
	.eat_profile == "tag:github.com,2023:veraison/ear"'
ok "affirming, but for hardware that nobody vouched for" ear press1 '.submods.shinrai |
	."ear.status" == "affirming" and ."shinrai.verdict".verdict == "trusted" and
	."ear.trustworthiness-vector" == {"instance-identity": 2, "hardware": 0,
	"configuration": 2, "executables": 2}'
fleet reader '/log/entries' >/dev/null
ok "the log has how it came to that, with the verdict" jq -e '[.entries[] |
	fromjson | select(.device == "press1")] | [.[].state] ==
	["unreachable", "trusted"] and .[1].verdict.records == 8 and
	.[0].verdict == null' body
ok "the list has it" said 200 fleet reader /devices
ok "as it is" jq -e '.devices | length == 1 and .[0].state == "trusted"' body
ok "asked for by its state" said 200 fleet reader '/devices?state=trusted'
ok "it is there" jq -e '.devices | length == 1' body
ok "by another" said 200 fleet reader '/devices?state=untrusted'
ok "it is not" jq -e '.devices | length == 0' body
ok "by none that there is" said 400 fleet reader '/devices?state=good'
changes() { # STATE...: that is how it stood, the newest first
	fleet reader /devices/press1/changes
	[ "$(jq -r '[.changes[].state] | join(" ")' body)" = "$*" ]
}
ok "how it came to that is kept" changes trusted unreachable

# The same for people.
ctl() { # WHO VERB...: by shinraictl
	local who=$1
	shift
	SHINRAI_VERIFIER="https://127.0.0.1:$api/" SHINRAI_CERT=$who.pem \
		SHINRAI_KEY=$who.key SHINRAI_CA=ca.pem \
		"$BUILD/user/shinraictl" fleet "$@"
}
ok "shinraictl lists it" exits 0 ctl reader list
ok "as it is" grep -q '^press1  *trusted  *20' out
ok "by its state" exits 0 ctl reader list --state untrusted
ok "it is not there" grep -qx 'no devices' out
ok "and none that is none" exits 2 ctl reader list --state '?x'
ok "in JSON" exits 0 ctl reader list --json
ok "as the verifier has it" jq -e '.devices[0].name == "press1"' out
key=$(jq -r '.devices[0].ak' out)
ok "shows it" exits 0 ctl reader show press1
ok "with the key that is pinned" grep -q "key  *$key" out
ok "and how it came to that" exits 0 ctl reader changes press1
ok "line by line" test "$(grep -c . out)" = 2
ok "tells what became of it" exits 0 ctl reader watch --from 0 --once
ok "the oldest first" test "$(awk '{ print $2, $3 }' out | tr '\n' ' ')" = \
	"press1 unreachable press1 trusted "
ok "in JSON as it is logged" exits 0 ctl reader watch --from 1 --once --json
ok "line by line" jq -e '.device == "press1" and .state == "trusted"' out
ok "and nothing that is not new" exits 0 ctl reader watch --once
ok "when there is nothing" test ! -s out
ok "too often is too often" exits 2 ctl reader watch --interval 0
ok "a reader enrols nothing" exits 1 ctl reader enrol press2 \
	--url https://127.0.0.1:1/ --policy plc
ok "and is told" grep -q 'answered 403: only admins' msg
ok "an admin does" exits 0 ctl admin enrol press2 --url https://127.0.0.1:1/ \
	--policy plc --ak "000b$(printf '%064d' 1)" --tls-name press.example
ok "it is there" device press2 '.ak | startswith("000b0000")'
ok "once" exits 1 ctl admin enrol press2 --url https://127.0.0.1:1/ --policy plc
ok "and is told" grep -q 'answered 409: there is a device' msg
ok "withdraws it" exits 0 ctl admin withdraw press2
ok "twice does not go" exits 1 ctl admin withdraw press2
ok "which is told, in JSON" exits 1 ctl admin withdraw press2 --json
ok "as an error" jq -e '.error.code == "refused"' out
ok "a name that is none" exits 2 ctl admin show a/b
ok "no name" exits 2 ctl admin show
ok "who is not listed learns nothing" exits 1 ctl nobody list
ok "nor without a verifier" exits 2 env SHINRAI_CERT=x "$BUILD/user/shinraictl" \
	fleet list
ok "nor at one that is not there" exits 1 ctl reader list \
	--verifier https://127.0.0.1:1
fleet reader /devices/press1 >/dev/null

judgements() {
	fleet reader /status >/dev/null
	jq .judgements body
}
before=$(judgements)
sleep 3
ok "it is judged all the time" test "$(judgements)" -gt "$before"
ok "and covers all records still" device press1 '.verdict.quoted_record == 7 and
	.records == 8'
ok "and nothing is told twice" changes trusted unreachable

# Certificates are renewed, or are not.
renewed() { # PATTERN: what the log says of it
	kill -HUP "$verifier_pid"
	for _ in $(seq 50); do
		grep -q "$1" verr && return
		sleep 0.1
	done
	cat verr
	return 1
}
serial() {
	openssl s_client -connect "127.0.0.1:$api" -CAfile ca.pem \
		-cert reader.pem -key reader.key </dev/null 2>/dev/null |
		openssl x509 -noout -serial
}
before=$(serial)
make_cert verifier ca
ok "new certificates are taken" renewed 'new certificates are in use'
ok "and shown" test "$(serial)" != "$before"
judged=$(device press1 .judged)
ok "devices are asked with them" becomes press1 ".judged > $judged and
	.state == \"trusted\" and .failure == \"\""
cp verifier.key right.key
cp ca.key verifier.key
ok "a key that does not fit is not" renewed 'the old certificates stay in use'
judged=$(device press1 .judged)
ok "and devices are asked as before" becomes press1 ".judged > $judged and
	.state == \"trusted\" and .failure == \"\""
cp right.key verifier.key

# The verifier ends and begins anew.
ok "the verifier ends" stop_verifier
sleep 4
ok "and begins again" start_verifier
ok "trusted again, without a doubt between" becomes press1 \
	'.state == "trusted" and .fresh'
ok "no change was made up" changes trusted unreachable
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
ok "killed, it begins again" start_verifier
ok "trusted" becomes press1 '.state == "trusted" and .fresh'

# The device goes away, while somebody watches.
fleet reader /log >/dev/null
next=$(jq .size body) # before body is another's
"$BUILD/user/shinraictl" fleet watch --verifier "https://127.0.0.1:$api" \
	--cert reader.pem --key reader.key --ca ca.pem --interval 1 \
	--from "$next" >watched 2>&1 &
watch_pid=$!
end_watcher() {
	[ -z "$watch_pid" ] || kill "$watch_pid" 2>/dev/null || true
}
trap 'end_watcher; end_verifier; cleanup' EXIT
sees() { # PATTERN: who watches is told so, while the program goes on
	for _ in $(seq 50); do
		grep -q "$1" watched && kill -0 "$watch_pid" && return
		sleep 0.2
	done
	cat watched
	return 1
}
ends_watch() {
	local got=0
	kill "$watch_pid"
	wait "$watch_pid" || got=$?
	watch_pid=''
	[ "$got" -eq 143 ] # as by SIGTERM
}
stop_daemon
ok "away: unreachable, in time, and why" becomes press1 \
	'.state == "unreachable" and (.fresh | not) and
	(.reason | test("^cannot connect to 127.0.0.1 port [0-9]+: Connection refused$"))'
ok "who watches is told" sees '^20.*Z  *press1  *unreachable  *cannot connect'
ok "when it was good is known" device press1 '.last_good != null and
	.verdict.verdict == "trusted"'
fleet reader /status >/dev/null
ok "the status counts it" jq -e '.states.unreachable == 1 and
	.states.trusted == 0 and .keeps' body
configure "firmware_log = \"$work/firmware\";" "port = $port;"
ok "it comes back" start_daemon
ok "trusted" becomes press1 '.state == "trusted"' 30
ok "which is told, too" sees '^20.*Z  *press1  *trusted'
ok "each change once" test "$(sort watched | uniq -d | wc -l)" = 0
ok "until a signal ends it" ends_watch

# A program that nobody vouched for.
cp rogue/log log
extend_lines rogue/extends $(($(wc -l <good/extends) + 1)) >/dev/null
ok "a rogue program: untrusted, and which" becomes press1 \
	'.state == "untrusted" and .code == "code-unknown" and .records == 9 and
	.verdict.reasons[0].record == 8'
judged=$(jq -r .judged body)
ok "it is judged on, and stays that" becomes press1 ".judged > \"$judged\" and
	.fresh and .state == \"untrusted\" and .code == \"code-unknown\""
stop_verifier || true
ok "also when the verifier begins anew" start_verifier
judged=$(jq -r .judged body)
ok "which judges it, and finds the same" becomes press1 ".judged > \"$judged\" and
	.state == \"untrusted\" and .code == \"code-unknown\""

# Another TPM under the same name.
stop_daemon
kill "$tpm_pid"
wait "$tpm_pid" 2>/dev/null || true
rm -rf tpm spool
start_tpm
extend_lines good/extends 1 >/dev/null
configure "firmware_log = \"$work/firmware\";" "port = $port;"
start_daemon >/dev/null
ok "another key: untrusted" becomes press1 '.state == "untrusted" and
	.code == "ak-other"' 30
ok "the pinned one stays" device press1 '.ak != .verdict.ak_name'

# Policies come and go.
stop_verifier || true
verifier_conf
ok "a configuration without the policy" start_verifier
ok "unknown, not trusted" becomes press1 '.state == "unknown" and
	.code == "no-policy"'
ok "an admin withdraws the device" said 200 fleet admin /devices/press1 \
	-X DELETE
ok "it is gone" said 404 fleet reader /devices/press1
ok "for good" stop_verifier
ok "also when the verifier begins anew" start_verifier
fleet reader /devices >/dev/null
ok "no device" jq -e '.devices == []' body
stop_verifier || true

refuses() { # PATTERN
	local got=0
	"$verifier" --config verifier.conf 2>verr || got=$?
	cat verr
	[ "$got" -eq 1 ] && grep -q -- "$1" verr
}
sqlite3 fleet.db 'PRAGMA user_version = 99'
ok "a database of a later version is refused" refuses 'made by a later'
echo 'not a database, but long enough to be looked at as one' >fleet.db
rm -f fleet.db-wal fleet.db-shm
ok "so is what is none" refuses 'cannot use .*fleet.db: '
rm -f fleet.db*
sqlite3 fleet.db 'CREATE TABLE t (x)'
ok "and one of something else" refuses 'a database of something else'
ok "which is as it was" test "$(sqlite3 fleet.db .tables)" = t
rm -f fleet.db*
verifier_conf 'period_s = 0;'
ok "a period of nothing: file and line" refuses \
	'verifier.conf.d/test.conf:1: period_s is a number from 1 to'
verifier_conf 'policies = ( { name = "a"; digests = [ "/nowhere" ]; } );'
ok "a list that is not there" refuses \
	'verifier.conf.d/test.conf:1: policy a: cannot open /nowhere'
finish
