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
declare -A pid api_of
end_all() {
	[ ${#pid[@]} -eq 0 ] || kill -9 "${pid[@]}" 2>/dev/null || true
}
trap 'end_all; end_sim; end_pg; cleanup' EXIT

n=90
make_fleet_certs
ok "a cluster starts" make_pg
sql postgres "CREATE DATABASE fleet" >/dev/null
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
for v in a b c; do
	make_cert "verifier-$v" ca
	verifier_conf "$(sim_policy)" "database = \"$(pg_url fleet)\";" \
		"tls_cert = \"$work/verifier-$v.pem\";" \
		"tls_key = \"$work/verifier-$v.key\";" "timeout_s = 2;"
	cp verifier.conf "$v.conf"
	mkdir "$v.conf.d"
	cp verifier.conf.d/test.conf "$v.conf.d"
done

begin() { # VERIFIER
	"$verifier" --config "$1.conf" 2>"$1.err" 7>&- 8>&- &
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
# owners: how many devices each has, the most first; "-" nobody
owners() {
	sql fleet "SELECT string_agg(n || CASE WHEN owner IS NULL THEN '-'
		ELSE '' END, ' ' ORDER BY n DESC) FROM (SELECT owner, count(*) n
		FROM device GROUP BY owner) o"
}
shared() { # OWNERS [SECONDS]: within that time
	for _ in $(seq $((${2:-10} * 5))); do
		[ "$(owners)" != "$1" ] || return 0
		sleep 0.2
	done
	owners
	return 1
}
is() { # JQ: of the simulator's numbers
	sim stats
	jq -e "$1" <<<"$said"
}
log_whole() {
	fleet reader /log >/dev/null
	cp body head.json
	fleet reader "/log/entries?count=1000" >/dev/null
	python3 "$root/selftests/fleet/log.py" root head.json body
}

ok "one starts" begin a
ask a
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"
ok "it has all" shared "$n"
for v in b c; do
	ok "another one starts" begin $v
done
ok "each has its share" shared "30 30 30"
sleep 2
ok "no device is asked by two" is '.torn == 0 and .handed <= 90'
ok "no log was asked for from its begin again" is '.whole == 90'
for v in a b c; do
	ask $v
	ok "$v shows all" stands "trusted $n" 5
done
sim rogue 3 >/dev/null
for v in a b c; do
	ask $v
	ok "$v names the one that is not" becomes dev-3 \
		'.state == "untrusted" and .fresh' 5
done
ask b
ok "one enrols a device" said 201 fleet admin /devices -d \
	'{"name":"new","policy":"sim","url":"https://127.0.0.1:1/"}'
ask c
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
	ask $v
	ok "$v has it no more" gone
done

sim stats
kill -9 "${pid[a]}"
wait "${pid[a]}" 2>/dev/null || true
unset 'pid[a]'
ok "one is killed: the others have its devices within 10 s" shared "45 45" 10
ask b
ok "all stand as they did" stands "trusted $((n - 1)) untrusted 1" 5
sleep 2
ok "none was left alone for 20 s, nor asked by two, nor from the begin" \
	is '.gap < 20000 and .torn == 0 and .whole == 90'
ok "one is stopped: the other one has all within 10 s" \
	eval 'kill -STOP "${pid[c]}"; shared "$n" 10'
sleep 2
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

kill -TERM "${pid[b]}"
ok "one ends" wait "${pid[b]}"
unset 'pid[b]'
ask c
ok "what it had is taken at once" shared "$n" 4
ok "all stand as they did then" stands "trusted $((n - 1)) untrusted 1" 5
kill -TERM "${pid[c]}"
ok "the last one ends" wait "${pid[c]}"
unset 'pid[c]'
ok "nobody has them" shared "$n-" 1
finish
