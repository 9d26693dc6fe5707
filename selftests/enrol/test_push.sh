#!/bin/bash
# SPDX-License-Identifier: MIT
# Sessions of devices that come by themselves, and what happens meanwhile: connections
# end, others begin, devices are asked or withdrawn, policies change, the verifier ends.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/enrol/talk.sh
. "$root/selftests/enrol/talk.sh"
fake_pid=''
end_fake() {
	[ -z "$fake_pid" ] || kill -9 "$fake_pid" 2>/dev/null || true
}
trap 'end_fake; end_talk; end_sim; end_verifier; cleanup' EXIT

make_fleet_certs
make_enrol_ca
make_cert enroller ca
ek_file=$work/ca.pem # no TPM enrols here
start_tpm

# The connection that shinraid kept ends under its next session.
good_device
fake_port=$(free_ports)
python3 "$root/selftests/enrol/device.py" fake "$fake_port" >fake.log 2>&1 &
fake_pid=$!
configure "firmware_log = \"$work/firmware\";" \
	"verifier_url = \"https://127.0.0.1:$fake_port/\";"
fake_did() { # TEXT: within 10 s
	for _ in $(seq 50); do
		! grep -qx "$1" fake.log || return 0
		sleep 0.2
	done
	cat fake.log
	return 1
}
ok "a verifier waits" fake_did ready
ok "shinraid starts" start_daemon
ok "it brings evidence" fake_did 'connection 1: evidence'
ok "it comes over the same connection, and gets no answer" \
	fake_did 'connection 1: no answer'
ok "then over another one" fake_did 'connection 2: evidence'
ok "each time" fake_did 'connection 3: evidence'
ok "and what is asked for" fake_did \
	'connection 4: evidence, but for the firmware log'
ok "which is no failure" no grep -q 'cannot bring' err
stop_daemon
kill "$fake_pid"
wait "$fake_pid" 2>/dev/null || true
fake_pid=''

# A fleet, of which one device has a URL and comes by itself as well.
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim 1 5
policies="{ name = \"sim\"; digests = [ \"$work/known.txt\" ];
	reference = \"$work/boot.json\"; }"
enrolment_conf 'allow_software = true;'
echo 'timeout_s = 20;' >>verifier.conf.d/test.conf
ok "the verifier starts" start_verifier
ok "a device is enrolled" enrol_sim 1
for i in 1 2 3 4 5 6; do
	fleet admin /devices -d "{\"name\":\"press-$i\",\"policy\":\"sim\",
		\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
	make_device "press-$i"
done
make_device dev-0
ok "the verifier ends" stop_verifier
nobody_asks press-%
ok "and starts" start_verifier
ok "the device that is asked is trusted" becomes dev-0 '.state == "trusted"'
start_talk

judgements() {
	fleet reader /status >/dev/null
	jq .judgements body
}
judged_once_more() {
	local before
	before=$(judgements)
	for _ in $(seq 50); do
		sleep 0.2
		[ "$(judgements)" = "$before" ] || return 0
	done
	return 1
}
# begins C: a session; whose device is being asked just now gets it a little later
begins() {
	for _ in $(seq 20); do
		says 201 begin "$1" && return
		sleep 0.1
	done
	return 1
}
talk open a dev-0 >/dev/null
ok "a device that is asked as well gets a session" begins a
ok "it is asked meanwhile" judged_once_more
ok "its session is of before that" says 410 answer a 9
ok "it gets another one" begins a
talk close a >/dev/null

talk open a press-1 >/dev/null
talk open b press-1 >/dev/null
ok "a session" says 201 begin a
ok "a second one, over another connection" says 201 begin b
ok "takes the place of the first" says 410 answer a 9
ok "and is answered" says 200 answer b 9
ok "once" says 410 answer b 9

# Policies are read anew.
ok "a session" says 201 begin a
loaded=$(fleet reader /policies >/dev/null && jq -r .loaded body)
printf '# shinrai-deny v1\n%064d x\n' 7 >deny.list
policies="{ name = \"sim\"; digests = [ \"$work/known.txt\" ];
	reference = [ \"$work/boot.json\", \"$work/deny.list\" ]; }"
enrolment_conf 'allow_software = true;'
echo 'timeout_s = 20;' >>verifier.conf.d/test.conf
kill -HUP "$verifier_pid"
reloaded() {
	for _ in $(seq 50); do
		fleet reader /policies >/dev/null
		[ "$(jq -r .loaded body)" = "$loaded" ] || return 0
		sleep 0.2
	done
	return 1
}
ok "policies are read anew" reloaded
sleep 1
ok "the session was by the old one" says 410 answer a 9
ok "another one" says 201 begin a
ok "is by the new one" says 200 answer a 9

# Long answers: four at once, whoever else has one waits, and nobody else is asked.
ok "the other device is withdrawn" said 200 fleet admin /devices/dev-0 -X DELETE
long=5000000
mkdir ima
head -c $long /dev/zero >ima/list
for i in 1 2 3 4; do
	talk open "l$i" "press-$i" >/dev/null
	ok "press-$i gets a session" says 201 begin "l$i"
	ok "and begins a long answer" says ok long "l$i" $long
done
talk open l5 press-5 >/dev/null
ok "a fifth one gets a session" says 201 begin l5
talk long l5 $long >/dev/null
ok "but gives no long answer" no says 200 rest l5
configure "firmware_log = \"$work/firmware\"; ima_log = \"$work/ima/list\";"
ok "shinraid starts" start_daemon
fleet admin /devices -d "{\"name\":\"pump\",\"policy\":\"sim\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "what has a long answer and is asked" becomes pump \
	'.failure | test("waits for its turn")'
sleep 3
ok "waits" device pump '.judged == null'
ok "one of the four ends" says 200 rest l1
ok "then it is its turn" becomes pump '.judged != null and
	(.verdict | tostring | test("ima-syntax"))' 10
ok "two are withdrawn" said 200 fleet admin /devices/press-2 -X DELETE
ok "one of them in the middle of its answer" says 403 rest l2
talk close l3 >/dev/null
ok "one ends its connection" says 200 rest l4
stop_daemon

# Withdrawn: none of its connections is good for anything.
talk open a press-6 >/dev/null
talk open b press-6 >/dev/null
ok "a session" says 201 begin a
ok "its device is withdrawn" said 200 fleet admin /devices/press-6 -X DELETE
ok "that session is not answered" says 403 answer a 9
ok "nor is there another one" says 403 begin b
talk open c press-6 >/dev/null
ok "nor over a new connection" no says 201 begin c

# The end comes while one gives its answer, and one could.
talk open a press-1 >/dev/null
talk open b press-5 >/dev/null
ok "a session" says 201 begin a
ok "another one" says 201 begin b
ok "is half answered" says ok long b $long
ok "the verifier ends in an orderly way" stop_verifier
finish
