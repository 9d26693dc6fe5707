#!/bin/bash
# SPDX-License-Identifier: MIT
# Three verifiers on one database: each device is asked by one of them, also when one
# is killed, stopped and continued, or ends; nothing is lost, or judged twice.
# shellcheck disable=SC2016,SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
# shellcheck source=selftests/fleet/several.sh
. "$root/selftests/fleet/several.sh"

n=90
make_fleet_certs
ok "a cluster starts" make_several
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
verifier_conf "$(sim_policy)" "timeout_s = 2;"
for v in a b c; do
	take_conf $v
done

ok "one starts" begin a
use a
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"
ok "it has all" shared "$n"
for v in b c; do
	ok "another one starts" begin $v
done
ok "each has its share" shared "30 30 30"
ok "who says how many they are" grep -q \
	'verifier [0-9]*, one of 3 on this database' a.err
sleep 2
ok "no device is asked by two" is '.torn == 0 and .handed <= 90'
ok "no log was asked for from its begin again" is '.whole == 90'
for v in a b c; do
	use $v
	ok "$v shows all" stands "trusted $n" 5
done
sim rogue 3 >/dev/null
for v in a b c; do
	use $v
	ok "$v names the one that is not" becomes dev-3 \
		'.state == "untrusted" and .fresh' 5
done
use b
ok "one enrols a device" said 201 fleet admin /devices -d \
	'{"name":"new","policy":"sim","url":"https://127.0.0.1:1/"}'
use c
ok "another one shows it" becomes new '.state == "unreachable"' 8
ok "and withdraws it" said 200 fleet admin /devices/new -X DELETE
gone() {
	for _ in $(seq 20); do
		fleet reader /devices/new >/dev/null
		[ "$code" != 404 ] || return 0
		sleep 0.2
	done
	return 1
}
for v in a b; do
	use $v
	ok "$v has it no more" gone
done

sim stats
slay a
ok "one is killed: the others have its devices within 10 s" shared "45 45" 10
use b
ok "all stand as they did" stands "trusted $((n - 1)) untrusted 1" 5
sleep 2
ok "none was left alone for 20 s, nor asked by two, nor from the begin" \
	is '.gap < 20000 and .torn == 0 and .whole == 90'
ok "one is stopped: the other one has all within 10 s" \
	eval 'kill -STOP "${pid[c]}"; shared "$n" 10'
# On a busy machine, too, it has asked each well before that is asked by another one.
sleep 5
ok "it goes on: each has its share" eval 'kill -CONT "${pid[c]}"; shared "45 45"'
sleep 2
ok "no device was asked by two" is '.gap < 20000 and .torn == 0 and .whole == 90'
fleet reader /devices/dev-3/changes >/dev/null
ok "what changed is there once" jq -e '[.changes[].state] | reverse ==
	["trusted", "untrusted"]' body
ok "the log is whole" log_whole
ok "and each change is there once" jq -e '[.entries[] | fromjson |
	select(.device | startswith("dev-")) | .device + " " + .state] |
	length == 91 and (unique | length == 91)' body

ok "one ends" end b
use c
ok "what it had is taken at once" shared "$n" 4
ok "all stand as they did then" stands "trusted $((n - 1)) untrusted 1" 5
ok "the last one ends" end c
ok "nobody has them" shared "$n-" 1
finish
