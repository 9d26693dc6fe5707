#!/bin/bash
# SPDX-License-Identifier: MIT
# When descriptors or memory run out the daemon waits, and goes on afterwards.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"

start_tpm
make_certs
make_fake_log
./fake_log $boot 0 20 >log
configure 'limits = { handshake_s = 600; idle_s = 3; connections = 500;
	quote_interval_ms = 0; };'
start_daemon
for pid in $(pgrep -P "$daemon_pid"); do
	[ "$(cat "/proc/$pid/comm")" != "shinraid: net" ] || net=$pid
done

served() {
	challenge '"items":["log"]'
	[ "$code" = 200 ]
}
alive() {
	kill -0 "$daemon_pid" && kill -0 "$net"
}
ticks() { # of CPU time that the network process has used, 1/100 s
	awk '{ print $14 + $15 }' "/proc/$net/stat"
}
crowd() { # WHAT COUNT: they come, and stay until crowd_ends
	coproc CROWD { python3 "$here/hostile.py" "$port" "$1" "$2" 2>&1; }
	# shellcheck disable=SC2153
	crowd_pid=$CROWD_PID in=${CROWD[1]}
	exec {out}<&"${CROWD[0]}"
	read -r -t 60 <&"$out"
}
crowd_ends() {
	exec {in}>&-
	wait "$crowd_pid" 2>/dev/null || true
	exec {out}<&-
}
none_waits() { # within a minute nobody is left whom the daemon has not accepted
	for _ in $(seq 300); do
		[ "$(ss -Hltn "sport = :$port" | awk '{ print $2 }')" -gt 0 ] ||
			return 0
		sleep 0.2
	done
	return 1
}
ok "a good client alone" served

open=$(find "/proc/$net/fd" -type l | wc -l)
prlimit --pid "$net" --nofile=$((open + 6)):
before=$(ticks)
crowd silent 60
sleep 1
ok "60 silent connections where 6 descriptors are left: goes on" alive
ok "a good client is served meanwhile" served
crowd_ends
ok "it waited, and did not try all the time ($(($(ticks) - before)) ticks)" \
	test $(($(ticks) - before)) -lt 100
ok "that it cannot accept is said" grep -q \
	'cannot accept a connection: Too many open files; ' err
ok "but not each time ($(wc -l <err) lines)" test "$(wc -l <err)" -lt 60
prlimit --pid "$net" --nofile=564:
ok "a good client afterwards" served

# What is mapped now is all that there is; some of it is free.
size=$(awk '/^VmSize/ { print $2 * 1024 }' "/proc/$net/status")
prlimit --pid "$net" --as="$size":
for what in silent half_hello idle half_request; do
	crowd "$what" 150
	ok "150 times $what without memory: goes on" alive
	ok "150 times $what without memory: who came first gives place" none_waits
	crowd_ends
done
ok "that memory lacks is said" grep -q 'no memory for another connection' err
ok "and not each time ($(wc -l <err) lines)" test "$(wc -l <err)" -lt 150
prlimit --pid "$net" --as=unlimited:
sleep 4
ok "a good client once there is memory again" served
for _ in $(seq 20); do
	served || break
done
ok "and twenty more" test "$code" = 200
ok "the daemon is the one that was started" alive
stop_daemon
ok "ends with status 0" test "$stopped" -eq 0
finish
