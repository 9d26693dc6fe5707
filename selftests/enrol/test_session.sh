#!/bin/bash
# SPDX-License-Identifier: MIT
# A device that nobody can ask brings its evidence itself, through ends of both
# sides; nothing is lost, told twice, or taken from somebody else.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/push.sh
. "$root/selftests/enrol/push.sh"

# judged [SECONDS]: it is judged once more within that time
judged() {
	local before
	fleet reader /status >/dev/null
	before=$(jq .judgements body)
	for _ in $(seq $((${1:-10} * 5))); do
		sleep 0.2
		fleet reader /status >/dev/null
		[ "$(jq .judgements body)" = "$before" ] || return 0
	done
	return 1
}

# logged NAME JQ: of the verdict in the last entry of it
logged() {
	fleet reader /log/entries >/dev/null
	open_log | jq -e "map(select(.device == \"$1\")) | last | .verdict | $2"
}

make_fleet_certs
make_pusher
mkdir rogue
./make_log rogue rogue
enrolment_conf 'allow_software = true;'
echo "port = $api;" >>verifier.conf.d/test.conf
ok "the verifier starts" start_verifier
device_url=''
ok "a device enrols without a URL" setup admin press --policy plc
ok "nobody asks it" device press '.state == "new" and .url == ""'
ok "shinraid starts" serve
ok "trusted, once it came" becomes press '.state == "trusted" and .fresh and
	.verdict.records == 8 and .records == 8'
ok "which it is told" grep -q 'the verifier finds this machine trusted' err
# A software TPM proves nothing, whatever comes out of it: each place says so.
worth='.assurance == "software" and .root == "unproven" and
	(.proven | index("root of trust") | not) and
	(.headline | endswith("; root unproven"))'
ok "the verdict says what its TPM is worth" device press ".verdict | $worth"
ok "and so does the log" logged press "$worth"
ok "and its EAR" ear press ".submods.shinrai | .\"shinrai.verdict\" |
	$worth"
ok "which affirms no hardware" ear press '.submods.shinrai |
	."ear.status" == "affirming" and
	."ear.trustworthiness-vector".hardware == 0'
ok "it comes again" judged
ok "over the same connection" test \
	"$(ss -Htn state established "( sport = :$api )" | wc -l)" -le 2

# It waits less long for the next session than it asks for.
ok "the verifier ends" stop_verifier
cp verifier.conf.d/test.conf verifier.conf.d/test.old
echo 'limits = { idle_s = 2; }; period_s = 2; missed = 5;' \
	>>verifier.conf.d/test.conf
ok "it starts with little patience" start_verifier
ok "trusted" becomes press '.state == "trusted" and .fresh'
: >err
sleep 9
ok "connections that end meanwhile are no failures" no grep -q 'cannot bring' err
ok "the verifier ends again" stop_verifier
mv verifier.conf.d/test.old verifier.conf.d/test.conf
ok "it starts as before" start_verifier
ok "trusted again" becomes press '.state == "trusted" and .fresh'

ok "the verifier is killed" no stop_verifier KILL
sleep 2
ok "shinraid says that it cannot be reached" grep -q 'cannot bring evidence to' err
ok "the verifier starts again" start_verifier
ok "trusted, and asked for nothing that was judged" becomes press \
	'.state == "trusted" and .fresh and .records == 8'
ok "the device comes again" judged 20
fleet reader /devices/press/changes >/dev/null
ok "nothing was false meanwhile" jq -e '[.changes[].state] == ["trusted"]' body

stop_daemon KILL
ok "a device that does not come is unreachable" becomes press \
	'.state == "unreachable" and .code == "no-answer" and
	(.reason | startswith("it has no URL"))'
ok "it is there again" serve
ok "trusted" becomes press '.state == "trusted" and .fresh'
tail -n 1 rogue/extends >last
extend_lines last 1 >/dev/null
cp rogue/log log
ok "a program that nobody knows" becomes press '.state == "untrusted" and
	.code == "code-unknown" and .records == 9'
ok "which the device is told" grep -q 'finds this machine untrusted: ' err
stop_daemon
ok "shinraid starts while it is" serve
told_so() {
	for _ in $(seq 100); do
		! grep -q 'finds this machine untrusted: ' err || return 0
		sleep 0.1
	done
	return 1
}
ok "and says so once more" told_so
fleet reader /devices/press >/dev/null
jq -r '.verdict.reasons[0].detail[-64:] + " exec /x"' body >>good/known.txt
kill -HUP "$verifier_pid"
ok "trusted again, once the policy knows it" becomes press \
	'.state == "trusted" and .fresh and .records == 9'
fleet reader /devices/press/changes >/dev/null
changes=$(jq '.changes | length' body)
kill -STOP "$verifier_pid"
sleep 12 # longer than a device may be silent
kill -CONT "$verifier_pid"
ok "a verifier that was stopped gets word of it again" becomes press \
	'.state == "trusted" and .fresh'
fleet reader /devices/press/changes >/dev/null
ok "and does not hold that against it" jq -e ".changes | length == $changes" body
stop_daemon

# Whoever comes otherwise.
session() { # WHO PATH [CURL-OPTION...]
	local who=$1 path=$2
	shift 2
	code=$(curl -s -m 30 -D head -o body -w '%{http_code}' --cacert ca.pem \
		--cert "$who.pem" --key "$who.key" -X POST "$@" \
		"https://127.0.0.1:$api/challenge-response/v1/$path") || true
	cat body
	echo "status $code"
}
cp press/cert.pem press.pem
cp press/key.pem press.key
ok "a session is for devices" said 403 session admin newSession
ok "not for who is nobody" said 403 session client newSession
ok "a device gets one" said 201 session press newSession
ok "with a nonce" jq -e '.state == "waiting" and (.nonce | length) == 44 and
	.from == 9 and (.boot_id | length) == 32 and
	.accept == ["application/cmw+cbor"]' body
ok "for all but the firmware log, which was judged" jq -e '.items ==
	["log", "ima", "machine"]' body
ok "at a place" grep -qi '^location: /challenge-response/v1/session/press' head
media=application/vnd.veraison.challenge-response-session+json
ok "in its media type" grep -qixF "content-type: $media"$'\r' head
ok "nonces of other sizes are not made" said 400 session press \
	'newSession?nonceSize=8'
cmw='Content-Type: application/cmw+cbor'
ok "over another connection it is not answered" said 410 session press \
	session/press -H "$cmw" --data-binary x
ok "nor in another type" said 415 session press session/press --data-binary x
ok "nor by somebody else" said 410 session admin session/press -H "$cmw" \
	--data-binary x
# Both in one connection: curl keeps it.
both() { # DATA
	curl -s -m 30 --cacert ca.pem --cert press.pem --key press.key \
		-X POST -o first "https://127.0.0.1:$api/challenge-response/v1/newSession" \
		--next -s -m 30 --cacert ca.pem --cert press.pem --key press.key \
		-o body -w '%{http_code} %{content_type}' -H "$cmw" \
		--data-binary "$1" \
		"https://127.0.0.1:$api/challenge-response/v1/session/press" \
		>status || true
	read -r code type <status || true
	cat body
	echo "status $code"
}
ok "what is no evidence is judged so" said 200 both x
ok "which is said" jq -e '.state == "complete" and
	.result.state == "untrusted"' body
ok "in that media type, too" test "$type" = "$media"
head -c 300000 /dev/zero >zeros
ok "more than is usual may come from a device" said 200 both @zeros
ok "but not without a question" test "$(session press session/press -H "$cmw" \
	--data-binary @zeros | tail -n 1)" != "status 200"
head -c 70000000 /dev/zero >zeros
ok "and not without an end" test "$(both @zeros | tail -n 1)" != "status 200"
ok "the verifier goes on" fleet reader /status
ok "its memory is not full of it" test \
	"$(awk '/^VmHWM/ { print $2 }' "/proc/$verifier_pid/status")" -lt 200000
ok "the verifier ends in an orderly way" stop_verifier
finish
