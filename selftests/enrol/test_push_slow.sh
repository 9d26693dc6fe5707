#!/bin/bash
# SPDX-License-Identifier: MIT
# Evidence that is brought over a slow link: it takes longer than a question may, and
# than shinraid waits for an answer, and arrives as long as it moves on.
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
# shellcheck source=selftests/fleet/clock.sh
. "$root/selftests/fleet/clock.sh"
slow_pid=''
end_slow() {
	[ -z "$slow_pid" ] || kill -9 "$slow_pid" 2>/dev/null || true
}
trap 'end_slow; end_verifier; cleanup; end_clocks' EXIT

mib=3 rate=400000 # bytes a second: all of the log takes 8 s
times=6 # so much faster is shinraid's clock: its 30 s are 5 s here
make_fleet_certs
good_device() { # of push.sh, with more in its log
	mkdir good
	./make_log good good $mib
	cp good/firmware firmware
	cp good/log log
	extend_lines good/extends 1 >/dev/null
}
make_pusher
link=$(free_ports)
python3 "$root/selftests/enrol/slow.py" "$link" "$api" $rate >slow.log 2>&1 &
slow_pid=$!
enrolment_conf 'allow_software = true;'
# Who is cut off gives up before the verifier does.
cat >>verifier.conf.d/test.conf <<-CONF
	port = $api;
	timeout_s = 2;
	limits = { handshake_s = 30; idle_s = 60; };
CONF
ok "the verifier starts" start_verifier
device_url=''
ok "a device enrols" setup admin press --policy plc
fast_clock() {
	export LD_PRELOAD=$faketime_lib FAKETIME="+0 x$times"
	api=$link serve
	unset LD_PRELOAD FAKETIME
	echo "$daemon_pid" >>"$work/clocks"
}
begun=$SECONDS
ok "shinraid starts" fast_clock
ok "its evidence arrives" becomes press '.state == "trusted" and .judged != null'
ok "which took longer than timeout_s, and than shinraid's 30 s" \
	test $((SECONDS - begun)) -ge 6
ok "at once" no grep -q 'cannot bring' err
ok "over one connection" no grep -q ended slow.log
ok "it comes again soon, with what is new: it is fresh" becomes press '.fresh' 5
gives_up() { # within 15 s
	for _ in $(seq 75); do
		! grep -q 'no answer in time' err || return 0
		sleep 0.2
	done
	return 1
}
touch cut
ok "where nothing moves on it is given up" gives_up
rm cut
ok "and begun anew: it is fresh again" becomes press '.fresh' 15
finish
