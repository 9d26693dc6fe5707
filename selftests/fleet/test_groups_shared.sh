#!/bin/bash
# SPDX-License-Identifier: MIT
# Two verifiers on one database: a device that is moved to another group through one is
# judged by that group's policy by the one that has it, from where it was.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
declare -A pid api_of
end_all() {
	[ ${#pid[@]} -eq 0 ] || kill -9 "${pid[@]}" 2>/dev/null || true
}
trap 'end_all; end_sim; end_pg; cleanup' EXIT

n=20
make_fleet_certs
ok "a cluster starts" make_pg
sql postgres "CREATE DATABASE fleet" >/dev/null
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
grep -v "^$sim_first" known.txt >less.txt
verifier_conf "database = \"$(pg_url fleet)\";" "policies = (" \
	"{ name = \"sim\"; reference = [ \"$work/boot.json\"," \
	"\"$work/known.txt\" ]; }, { name = \"less\"; reference = [" \
	"\"$work/boot.json\", \"$work/less.txt\" ]; } );" \
	"groups = ( { name = \"line-4\"; policy = \"sim\"; }," \
	"{ name = \"old\"; policy = \"less\"; } );"
begin() { # VERIFIER
	"$verifier" --config verifier.conf 2>"$1.err" 7>&- 8>&- &
	pid[$1]=$!
	for _ in $(seq 100); do
		! grep -q 'shinrai-verifier: ready$' "$1.err" || break
		sleep 0.1
	done
	api_of[$1]=$(sed -n 's/.* port \([0-9]*\)$/\1/p' "$1.err")
	[ -n "${api_of[$1]}" ] || { cat "$1.err" && return 1; }
}
ask() { # VERIFIER: that one is asked from now on
	api=${api_of[$1]}
}
shared() { # each has its half
	for _ in $(seq 50); do
		[ "$(sql fleet "SELECT count(*) FROM (SELECT owner FROM device
			WHERE owner IS NOT NULL GROUP BY owner
			HAVING count(*) = $((n / 2))) o")" != 2 ] || return 0
		sleep 0.2
	done
	return 1
}
is() { # JQ: of the simulator's numbers
	sim stats
	jq -e "$1" <<<"$said"
}

ok "one starts" begin a
ask a
ok "$n devices are enrolled into a group" enrol_sim $n '' line-4
ok "all of them are trusted" stands "trusted $n"
ok "another one starts" begin b
ok "each has its share" shared
# Of each one's devices, four are moved through the other one, and one through itself.
first="(SELECT min(id) FROM verifier)"
of_a=$(sql fleet "SELECT name FROM device WHERE owner = $first LIMIT 5")
of_b=$(sql fleet "SELECT name FROM device WHERE owner != $first LIMIT 5")
move() { # VERIFIER GROUP NAME...
	local name group=$2
	ask "$1"
	shift 2
	for name in "$@"; do
		fleet admin "/devices/$name" -X PATCH \
			-d "{\"group\": \"$group\"}" >/dev/null
		[ "$code" = 200 ] || return 1
	done
}
# shellcheck disable=SC2086
set -- $of_a $of_b
ok "devices of one are moved through the other one" move b old "${@:1:4}"
ok "and the other way round" move a old "${@:6:4}"
ok "and each through the one that has it" move a old "$5"
ok "likewise" move b old "${10}"
for v in a b; do
	ask $v
	ok "$v: they are judged by the new group's policy" \
		stands "trusted 10 untrusted 10" 8
	ok "$v: and shown in it" said 200 fleet reader '/devices?group=old'
	ok "$v: all of them" jq -e '.devices | length == 10 and all(
		.state == "untrusted" and .policy == "less" and .fresh)' body
done
for i in 1 2 3; do
	ok "one goes back and forth, through both: $i" move a line-4 "$1"
	ok "at once" move b old "$1"
done
ok "and back at last" move b line-4 "${@:1:10}"
for v in a b; do
	ask $v
	ok "$v: all are trusted" stands "trusted $n" 8
done
sleep 1
ok "each has its share still" shared
ok "none was asked by two, nor from its begin again" \
	is ".torn == 0 and .whole == $n"
kill -9 "${pid[a]}"
wait "${pid[a]}" 2>/dev/null || true
unset 'pid[a]'
ok "one is killed, and its device moved at once" move b old "$1"
ok "who takes it knows" becomes "$1" '.state == "untrusted" and .fresh' 12
ok "from where it was" is ".whole == $n"
kill -TERM "${pid[b]}"
ok "the other one ends" wait "${pid[b]}"
unset 'pid[b]'
finish
