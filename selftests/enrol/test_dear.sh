#!/bin/bash
# SPDX-License-Identifier: MIT
# A device that sends much, or what is dear to judge, takes no more than its share.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/talk.sh
. "$root/selftests/enrol/talk.sh"
trap 'end_talk; end_verifier; cleanup' EXIT

make_fleet_certs
make_enrol_ca
make_cert enroller ca
ek_file=$work/ca.pem
mkdir good
./make_log good good
enrolment_conf 'allow_software = true;'
printf 'workers = 1;\nperiod_s = 2;\n' >>verifier.conf.d/test.conf
ok "the verifier starts" start_verifier
for name in dear cheap; do
	fleet admin /devices -d "{\"name\":\"$name\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
	make_device "$name"
	python3 "$root/selftests/enrol/dear.py" good/log "$name.cmw" 22 "$name"
done
ok "it ends, so that nobody asks them" stop_verifier
nobody_asks %
ok "it starts again" start_verifier
start_talk

ticks() { # of CPU time that the verifier has used, 1/100 s
	awk '{ print $14 + $15 }' "/proc/$verifier_pid/stat"
}
# costs NAME: what it is to judge that device's evidence, in ticks
costs() {
	local before
	talk open "$1" "$1" >/dev/null
	says 201 begin "$1" >/dev/null || return 1
	before=$(ticks)
	says 200 bring "$1" "$1.cmw" >/dev/null || return 1
	spent=$(($(ticks) - before))
}
ok "a million records without a quote are judged" costs cheap
cheap=$spent
ok "and with one that they do not lead to" costs dear
ok "which costs a few times as much, not thirty ($spent, $cheap)" \
	test "$spent" -le $((10 * cheap))
ok "it is untrusted" device dear '.state == "untrusted"'

sleep 0.1
ok "it comes again when ten times that passed" says 503 begin dear
ok "and is told so" grep -q 'took long to judge' <<<"$told"
later() {
	for _ in $(seq 120); do
		sleep 0.5
		! says 201 begin dear >/dev/null || return 0
	done
	return 1
}
ok "then it may" later

# What one connection has brought is not forgotten for another one.
ok "half a long answer" says ok long dear 3000000
sleep 0.5
ok "another connection" says ok open more dear
ok "gets no session meanwhile" says 409 begin more
ok "the other half is judged" says 200 rest dear
ok "and then it gets one" says 201 begin more

# Nor does who has no certificate at all.
handshake() { # GROUP
	openssl s_client -connect "127.0.0.1:$api" -tls1_3 -groups "$1" \
		-cert admin.pem -key admin.key -CAfile ca.pem </dev/null 2>&1 | grep -q '^Server Temp Key: '
}
for group in X25519 P-256 P-384; do
	ok "a key agreed on by $group" handshake $group
done
for group in ffdhe2048 ffdhe8192; do
	ok "none by $group, which takes a hundred times as long" no handshake $group
done
ok "the verifier ends in an orderly way" stop_verifier
finish
