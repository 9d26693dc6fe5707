#!/bin/bash
# SPDX-License-Identifier: MIT
# Two verifiers on one database: what one withdraws, the other one enrols at once; and
# one that is cut off from the database waits for no answer that another one asks for.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
# shellcheck source=selftests/fleet/several.sh
. "$root/selftests/fleet/several.sh"
backends=''
trap 'join; end_all; end_sim; end_pg; cleanup' EXIT

n=6
make_fleet_certs
ok "a cluster starts" make_several
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
verifier_conf "$(sim_policy)" "timeout_s = 20; missed = 20;"
for v in a b; do
	take_conf $v
done
ok "one starts" begin a
backends_of_all() {
	sql fleet "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity
		WHERE datname = 'fleet' AND pid != pg_backend_pid()"
}
of_a=$(backends_of_all)
use a
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"
ok "another one starts" begin b
ok "each has its share" shared "3 3"

enrols() {
	fleet admin /devices -d \
		'{"name":"new","policy":"sim","url":"https://127.0.0.1:1/"}'
}
# once: its name is on the list of devices once
once() {
	fleet reader /devices >/dev/null
	jq -e '[.devices[] | select(.name == "new")] | length == 1' body
}
for i in 1 2 3; do
	use a
	[ "$i" = 1 ] && ok "one enrols a device" said 201 enrols
	use b
	ok "the other one shows it" becomes new '.name == "new"' 5
	ok "and withdraws it" said 200 fleet admin /devices/new -X DELETE
	use a
	ok "the first one enrols another one of this name, $i" said 201 enrols
	ok "it is there once" once
done
sleep 2
for v in a b; do
	use $v
	ok "$v: and stays" once
done
ok "it is withdrawn" said 200 fleet admin /devices/new -X DELETE

sim stats >/dev/null
ok "devices are slower than a lease lasts" sim slow 7000
use b
fleet reader /devices/dev-0 >/dev/null
before=$(jq -r .judged body)
ok "their answers are taken" becomes dev-0 ".state == \"trusted\" and
	.failure == \"\" and .judged != \"$before\"" 18
sim slow 15000 >/dev/null
# cut: none of what serves a goes on, and none has a lock
cut() {
	local pid
	for _ in $(seq 50); do
		# shellcheck disable=SC2086
		kill -STOP $of_a
		backends=$of_a
		for pid in $of_a; do
			[ "$(sql fleet "SELECT state FROM pg_stat_activity
				WHERE pid = $pid")" = idle ] || break
			pid=''
		done
		[ -n "$pid" ] || return 0
		join
		sleep 0.1
	done
	return 1
}
join() {
	# shellcheck disable=SC2086
	[ -z "$backends" ] || kill -CONT $backends 2>/dev/null || true
	backends=''
}
sleep 8 # until all are being asked so
ok "one is cut off from the database" cut
ok "the other one has all within 10 s" shared "$n" 10
sleep 2
ok "and asks none that the first one waits for" is '.both == 0'
sim slow 0 >/dev/null
join
ok "it is there again: each has its share" shared "3 3" 20
finish
