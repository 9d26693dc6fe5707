#!/bin/bash
# SPDX-License-Identifier: MIT
# Whoever asks by a route of the verifier and means harm is cut off, by each of those in
# openapi.json, and who has no certificate gets no answer by any.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/talk.sh
. "$root/selftests/enrol/talk.sh"

make_fleet_certs
make_cert enroller ca
make_enrol_ca
ek_file=$work/ca.pem # no TPM enrols here
enrolment_conf 'allow_software = true;'
cat >>verifier.conf.d/test.conf <<-'CONF'
	limits = { handshake_s = 30; idle_s = 2; request_s = 2; write_s = 2;
		connections_per_client = 500; };
CONF
ok "the verifier starts" start_verifier
ok "a device is known" said 201 fleet admin /devices -d \
	'{"name":"press","policy":"plc","url":"https://127.0.0.1:1/"}'
make_device press
ok "and another one" said 201 fleet admin /devices -d \
	'{"name":"spare","policy":"plc","url":"https://127.0.0.1:1/"}'
fleet reader /openapi.json >/dev/null
cp body openapi.json

# By all of these routes at once; the attackers stay until "go" ends.
what=slowloris,half_request,huge_length,smuggle,pipelined,long_headers
what+=,endless_chunk_size,endless_chunk_extension,empty_chunk_lines
all=$(tr , '\n' <<<$what | wc -l)
attackers=()
end_attackers() {
	[ ${#attackers[@]} -eq 0 ] || kill "${attackers[@]}" 2>/dev/null || true
}
trap 'end_attackers; end_verifier; cleanup' EXIT
mkfifo go
exec 9<>go
# Who may ask there; what they ask in full, too, is not to withdraw what is there.
jq -r '.paths | to_entries[] | .key as $path | .value | to_entries[] |
	(if ($path | startswith("/v1/enrolments")) then "enroller"
		elif .value["x-role"] == "device" then "press"
		else .value["x-role"] end) + " " + (.key | ascii_upcase) + " " +
	(.key as $method | $path |
		sub("{name}"; if $method == "delete" then "none" else "press" end))' \
	openapi.json >routes
ok "there are routes" test "$(wc -l <routes)" -ge 31
while read -r who method path; do
	python3 "$root/selftests/daemon/hostile.py" "$api" $what 1 \
		"$method" "$path" "$who" <go >"told-${#attackers[@]}" 2>&1 9>&- &
	attackers+=($!)
done <routes
begun() {
	for _ in $(seq 300); do
		[ "$(cat told-* | grep -c ready)" -lt ${#attackers[@]} ] || return 0
		sleep 0.2
	done
	tail -n 1 told-*
	return 1
}
ok "attacks begin by ${#attackers[@]} routes" begun
ok "an admin is served meanwhile" said 200 fleet admin /status
ok "and may withdraw what is there" said 200 fleet admin /devices/spare -X DELETE
exec 9>&-
for i in "${!attackers[@]}"; do
	wait "${attackers[i]}" 2>/dev/null || true
done
n=0
while read -r who method path; do
	ok "$method $path: all $all attacks by its $who are cut off" \
		test "$(tail -n 1 told-$n)" = "$all"
	n=$((n + 1))
done <routes
ok "an admin is served after that" said 200 fleet admin /status
ok "the device is as it was" device press '.group == "default"'
ok "the verifier is the one that was started" kill -0 "$verifier_pid"

# Without a certificate the handshake fails, whatever would have been asked.
alert() {
	timeout 20 openssl s_client -connect "127.0.0.1:$api" -CAfile ca.pem -ign_eof \
		< <(sleep 10) >alert.log 2>&1 || true
	grep 'alert.*certificate required' alert.log
}
ok "it fails for want of one" alert
answer() { # METHOD PATH [CURL-OPTION...]: its status, 000 when there is none
	curl -s -m 10 -o /dev/null -w '%{http_code}' --cacert ca.pem -X "$1" "${@:3}" \
		"https://127.0.0.1:$api$2" || true
}
without() { # METHOD PATH: who has one is told something
	[ "$(answer "$@")" = 000 ] &&
		[ "$(answer "$@" --cert reader.pem --key reader.key)" != 000 ]
}
while read -r _ method path; do
	ok "$method $path without a certificate: no answer" without "$method" "$path"
done <routes
ok "the verifier ends in an orderly way" stop_verifier
finish
