#!/bin/bash
# SPDX-License-Identifier: MIT
# Long answers that stand still, or never come to their end, keep their places no longer
# than they may; those that move on do.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/talk.sh
. "$root/selftests/enrol/talk.sh"
# shellcheck source=selftests/fleet/clock.sh
. "$root/selftests/fleet/clock.sh"
trap 'end_talk; end_verifier; cleanup; end_clocks' EXIT

stall=8 # s
long=5000000
# patience SECONDS: of the verifier, with what does not move on
patience() {
	enrolment_conf 'allow_software = true;'
	echo "timeout_s = $1; limits = { idle_s = 3600; request_s = $1; };" \
		>>verifier.conf.d/test.conf
}
make_fleet_certs
make_enrol_ca
make_cert enroller ca
ek_file=$work/ca.pem # no TPM enrols here
patience $stall
ok "the verifier starts" start_verifier
for i in 1 2 3 4 5; do
	fleet admin /devices -d "{\"name\":\"press-$i\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
	make_device "press-$i"
done
ok "devices are known, and it ends" stop_verifier
nobody_asks press-%
ok "it starts again" start_verifier
start_talk

# Four take all places, and stand still one byte before the end.
begun=$SECONDS
for i in 1 2 3 4; do
	talk open "l$i" "press-$i" >/dev/null
	ok "press-$i gets a session" says 201 begin "l$i"
	ok "and begins a long answer" says ok long "l$i" $long
done
last=$SECONDS
# fifth: what becomes of its long answer is in told
fifth() {
	talk open l5 press-5
	says 201 begin l5 || return
	says ok long l5 $long
	says 200 rest l5
}
refused() { # unless this machine is so slow that their time is over
	! fifth || [ $((SECONDS - begun)) -ge $stall ]
}
in_time() {
	for _ in $(seq 100); do
		! fifth || return 0
		sleep 0.2
	done
	return 1
}
ok "a fifth one finds no place" refused
ok "later it does" in_time
ok "not before their time is over" test $((SECONDS - begun)) -ge $((stall - 1))
while [ $((SECONDS - last)) -lt $((stall + 2)) ]; do
	sleep 0.2
done
for i in 1 2 3 4; do
	ok "press-$i is cut off" says no: rest "l$i"
	talk open "l$i" "press-$i" >/dev/null
	ok "and welcome anew" says 201 begin "l$i"
done
end_talk
wait "$talk_pid" 2>/dev/null || true
ok "the verifier ends in an orderly way" stop_verifier

# Its clocks are so much faster: its 600 s are 10 s here, and 300 s are 5 s.
fast_verifier() {
	echo $BASHPID >>"$work/clocks"
	exec env LD_PRELOAD="$faketime_lib" FAKETIME="+0 x60" "$real" "$@"
}
real=$verifier verifier=fast_verifier
patience 300
ok "it starts with fast clocks" start_verifier
rm talk_in talk_out
start_talk
talk open a press-1 >/dev/null
ok "a session" says 201 begin a
ok "an answer that takes longer than a question may, but moves on" \
	says ok drip a $long 7
ok "is judged" says 200 rest a
talk open b press-2 >/dev/null
ok "a session" says 201 begin b
begun=$SECONDS
ok "an answer that moves on for ever is cut off" says no: drip b 20000000 30
ok "after 600 s" test $((SECONDS - begun)) -ge 9
ok "its device is welcome anew" talk open b press-2
ok "with another session" says 201 begin b
ok "the verifier ends in an orderly way" stop_verifier
finish
