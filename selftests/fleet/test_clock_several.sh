#!/bin/bash
# SPDX-License-Identifier: MIT
# Clocks of several verifiers, of their database, and of a device that comes by
# itself are an hour off, and jump: leases are what they are, and nobody becomes
# anything by that.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/clock.sh
. "$root/selftests/fleet/clock.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/push.sh
. "$root/selftests/enrol/push.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
# shellcheck source=selftests/fleet/several.sh
. "$root/selftests/fleet/several.sh"
trap 'end_all; end_sim; end_verifier; end_pg; end_clocks; cleanup' EXIT

n=59
make_fleet_certs
make_pusher
set_clock database +0
start_pg() { # as fleet/postgres.sh, with a clock of its own
	local as=(setpriv --reuid "$pg_user" --clear-groups)
	"${as[@]}" bash -c "$(declare -f at_clock); work=$work
		faketime_lib=$faketime_lib at_clock database $pg_bin/pg_ctl -D pg/data \
			-l pg/server.log -w -t 20 start" >/dev/null 7>&- 8>&- 9>&-
}
ok "a cluster starts" make_several
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
policies="$policies, { name = \"sim\"; digests = [ \"$work/known.txt\" ];
	reference = \"$work/boot.json\"; }"
enrolment_conf 'allow_software = true;'
echo 'missed = 8; timeout_s = 2;' >>verifier.conf.d/test.conf
take_conf a "port = $api;"
take_conf b
take_conf c
start() { # VERIFIER: by its own clock
	set_clock "$1" "$2"
	begin "$1" at_clock "$1"
}
ok "one starts" start a +0
use a
device_url=''
ok "a device enrols that comes by itself" setup admin press --policy plc
ok "shinraid starts" serve
ok "$n devices are enrolled" enrol_sim $n
all="trusted $((n + 1))"
ok "all are trusted" stands "$all"
ok "one starts whose clock is an hour ahead" start b +3600
ok "one starts whose clock is an hour behind" start c -3600
ok "each has its share" shared "20 20 20"
sleep 2
sim stats
# steady SECONDS: each of them shows all as they are
steady() {
	local until=$((SECONDS + $1)) v now
	while [ "$SECONDS" -lt "$until" ]; do
		for v in "${!pid[@]}"; do
			use "$v"
			now=$(states)
			[ "$now" = "$all" ] || { echo "$v: $now" && return 1; }
		done
	done
}
ok "each of them shows all of them to be trusted" steady 3
jump() {
	set_clock a -3600
	set_clock b -3600
	set_clock c +3600
	steady 3
}
ok "the clocks of all jump: that changes nothing" jump
for by in +3600 -3600; do
	set_clock database $by
	ok "the database's jumps ($by): that changes nothing" steady 3
	said_now() {
		now=$(sql fleet 'SELECT floor(extract(epoch FROM clock_timestamp()))')
		off=$((now - $(date +%s) - by))
		[ "${off#-}" -lt 10 ]
	}
	ok "and it does" said_now
done
ok "each has what it had" test "$(owners)" = "20 20 20"
ok "nobody was asked by two, or left alone" is \
	'.both == 0 and .torn == 0 and .handed <= 60 and .gap < 5000'
slay b
ok "one is killed: the others have its devices within 10 s" shared "30 30" 10
ok "all are what they were" stands "$all" 5
ok "nobody was asked by two, or left alone for long" is \
	'.both == 0 and .torn == 0 and .gap < 20000'

# The device's clock: its last jump was its start.
for by in +1h -1h; do
	stop_daemon
	device_clock() {
		LD_PRELOAD=$faketime_lib FAKETIME=$by FAKETIME_DONT_FAKE_MONOTONIC=1 \
			serve && echo "$daemon_pid" >>clocks
	}
	ok "a device begins with a clock that is off ($by)" device_clock
	judged=$(sql fleet "SELECT judged FROM device WHERE name = 'press'")
	sleep 4
	ok "it is judged" test "$(sql fleet "SELECT judged FROM device
		WHERE name = 'press'")" != "$judged"
	use a
	ok "and trusted" becomes press '.state == "trusted" and .fresh' 5
done
became=$(sql fleet "SELECT count(*) || ' ' || count(DISTINCT device) || ' ' ||
	max(state) FROM change")
ok "nobody ever was anything else" test "$became" = "$((n + 1)) $((n + 1)) 1"
ok "the log is whole" log_whole
for v in a c; do
	ok "$v ends" end $v
done
finish
