#!/bin/bash
# SPDX-License-Identifier: MIT
# The disk of the verifier is full, and then it is not: nothing is shown that is not
# kept, and nothing that was kept is lost.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
[ -n "${FULL_INSIDE-}" ] || FULL_INSIDE=1 exec unshare -m "$BASH" "$0" "$@"
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"

start_tpm
make_fleet_certs
make_enrol_ca
good_device
mkdir disk
configure "firmware_log = \"$work/firmware\";"
not() {
	! "$@"
}
ok "shinraid starts" start_daemon
mount -t tmpfs -o size=1M none disk
make_cert receiver ca
(umask 077 && echo "whsec_$(openssl rand -base64 32)" >secret)
echo 500 >answer
: >told
python3 "$root/selftests/fleet/hooked.py" receiver.pem receiver.key ca.pem \
	secret >hport 2>/dev/null &
hooked_pid=$!
trap 'kill "$hooked_pid" 2>/dev/null; end_verifier; cleanup' EXIT
for _ in $(seq 50); do
	[ ! -s hport ] || break
	sleep 0.1
done
verifier_conf "webhooks = ( { name = \"siem\"; secret = \"$work/secret\";
	url = \"https://127.0.0.1:$(cat hport)/in\"; } );
	tls_ca = \"$work/all.pem\";
	enrolment = { ca_cert = \"$work/enrol.pem\"; ca_key = \"$work/enrol.key\";
		ek = ( { file = \"$work/ca.pem\"; level = \"software\"; } ); };
	database = \"$work/disk/fleet.db\";" "$good_policy"
ok "the verifier starts" start_verifier
fleet admin /devices -d "{\"name\":\"press1\",\"policy\":\"plc\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "trusted" becomes press1 '.state == "trusted" and .fresh'
ok "and that is kept" keeps true

dd if=/dev/zero of=disk/fill bs=4k >/dev/null 2>&1 || true
ok "the disk is full: the status says so" keeps false
ok "and the log, what follows" grep -q 'cannot write to .*not kept, and not shown' \
	verr
page() { # of the fleet, after it was read from the database
	curl -s --cacert ca.pem --cert reader.pem --key reader.key \
		"https://127.0.0.1:$api/" >page.html
	grep -q 'The database takes nothing' page.html
}
ok "the page, too" page
stays() { # true or false, for some seconds, whatever COMMAND asks meanwhile
	for _ in $(seq 12); do
		fleet reader /status >/dev/null
		[ "$(jq .keeps body)" = "$1" ] || { cat body && return 1; }
		"${@:2}" >/dev/null
		sleep 0.2
	done
}
ok "so it stays, while a webhook is told again and again" stays false true
ok "that is so" test "$(grep -c '^500' told)" -ge 2
taken() { # INDEX...: those are the entries that the webhook took, within a while
	for _ in $(seq 200); do
		[ "$(sed -n 's/^204 .in \([0-9]*\) .*/\1/p' told | tr '\n' ' ')" \
			!= "$* " ] || return 0
		sleep 0.2
	done
	cat told
	return 1
}
rm answer
ok "a webhook takes an entry, which cannot be kept" taken 0
ok "who reads what is revoked leaves the status" stays false fleet reader /crl
ok "which could be read" test "$code" = 200
ok "nor who adds what is there" stays false fleet admin /devices -d \
	'{"name":"press1","policy":"plc","url":"https://127.0.0.1:1/"}'
ok "which was said" test "$code" = 409
ok "no device is enrolled" said 503 fleet admin /devices -d \
	"{\"name\":\"press2\",\"policy\":\"plc\",\"url\":\"https://127.0.0.1:1/\"}"
ok "nor there" said 404 fleet reader /devices/press2
ok "nor withdrawn" said 503 fleet admin /devices/press1 -X DELETE
ok "which the log does not say, either" not grep 'ada withdraws' verr
ok "what was trusted is not shown as that for long" becomes press1 \
	'.state == "unreachable" and .code == "stale" and (.fresh | not) and
	(.failure | test("cannot be kept"))'
rm disk/fill
ok "there is room again" keeps true
ok "the page does not say so any more" not page
ok "trusted" becomes press1 '.state == "trusted" and .fresh and .failure == ""'
ok "an admin enrols" said 201 fleet admin /devices -d \
	"{\"name\":\"press2\",\"policy\":\"plc\",\"url\":\"https://127.0.0.1:1/\"}"
ok "and becomes unreachable" becomes press2 '.state == "unreachable"'
ok "moves it" said 200 fleet admin /devices/press2 -X PATCH \
	-d '{"policy":"plc"}'
ok "as the log says" grep 'ada moves press2: group as before, policy plc' verr
ok "the webhook is told that next, and nothing twice" taken 0 1
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
ok "killed, it begins again" start_verifier
ok "with both devices" said 200 fleet reader /devices
ok "and no other" jq -e '[.devices[].name] == ["press1", "press2"]' body
ok "trusted" becomes press1 '.state == "trusted" and .fresh'
fleet reader /devices/press1/changes >/dev/null
ok "which was the only change there was" jq -e '[.changes[].state] ==
	["trusted"]' body
fleet reader /log >/dev/null
cp body head.json
fleet reader /log/entries >/dev/null
ok "the log is whole" python3 "$root/selftests/fleet/log.py" root head.json body
ok "and has that change once, and what became of the other" jq -e '
	[.entries[] | fromjson | select(.device == "press1") | .state] ==
	["trusted"]' body
stop_verifier || true
umount disk || true
finish
