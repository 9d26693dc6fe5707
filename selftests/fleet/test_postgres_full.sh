#!/bin/bash
# SPDX-License-Identifier: MIT
# The disk of PostgreSQL is full: first where its tables are, which it says and goes on,
# then where its log is, which ends it.  Nothing is shown that is not kept, and nothing
# that was acknowledged is lost.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
[ -n "${FULL_INSIDE-}" ] || FULL_INSIDE=1 exec unshare -m "$BASH" "$0" "$@"
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
# shellcheck source=selftests/fleet/several.sh
. "$root/selftests/fleet/several.sh"
trap 'end_sim; end_verifier; end_pg; umount -l pg || true; cleanup' EXIT

n=60
mkdir pg
mount -t tmpfs -o size=160M none pg
make_fleet_certs
ok "a cluster starts" make_pg "autovacuum = off"
sql postgres "CREATE DATABASE fleet" >/dev/null
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
verifier_conf "$(sim_policy)" "database = \"$(pg_url fleet)\";"
ok "the verifier starts" start_verifier
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"
ok "and that is kept" keeps true

fill() { # what PostgreSQL writes to next has 16 MiB of its own log
	sql fleet "SELECT pg_switch_wal(); CREATE TABLE IF NOT EXISTS t (a int);
		INSERT INTO t VALUES (1)" >/dev/null
	dd if=/dev/zero of=pg/fill bs=4k >filled 2>&1 || grep 'No space left' filled
}
rogues() { # FIRST LAST: nobody trusts these any more
	local i
	for i in $(seq "$1" "$2"); do
		sim rogue "$i" >/dev/null
	done
}
enrolled() { # FIRST LAST: whether it is enrolled is what is said of each, in "told"
	local i
	for i in $(seq "$1" "$2"); do
		fleet admin /devices -d "{\"name\":\"new-$i\",\"policy\":\"sim\",
			\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
		echo "new-$i $code"
		[ "$code" = 201 ] || [ "$code" = 503 ] || return
	done >>told
}
as_told() { # all that were acknowledged are there, and no others
	fleet reader /devices >/dev/null
	jq -r '.devices[].name' body | grep new- | sort >there
	sed -n 's/ 201$//p' told | sort >acknowledged
	diff acknowledged there
}
once() { # FIRST LAST: each of these changed once, from trusted
	local i
	for i in $(seq "$1" "$2"); do
		fleet reader "/devices/dev-$i/changes" >/dev/null
		jq -e '[.changes[].state] == ["untrusted", "trusted"]' body || return
	done
}
told_as_they_are() { # FIRST LAST: within a while none of these is shown as trusted
	local i
	for i in $(seq "$1" "$2"); do
		becomes "dev-$i" '.state == "untrusted" or (.state == "unreachable" and
			.code == "stale" and (.fresh | not))' || return
	done
}
why() { # within a while one of them is said to be so for want of a database
	for _ in $(seq 100); do
		fleet reader /devices >/dev/null
		! jq -e '.devices | any(.failure | test("cannot be kept"))' body ||
			return 0
		sleep 0.1
	done
	cat body
	return 1
}
: >told

ok "the disk is full" fill
rogues 1 20
ok "some devices can still be enrolled, and others not" enrolled 1 120
ok "which is so" test "$(cut -d' ' -f2 told | sort -u | tr '\n' ' ')" = "201 503 "
ok "the status says that it is full" keeps false
ok "and the log, why" grep -q 'cannot write to .*No space left.*not shown' verr
ok "what is trusted no more is not shown as trusted for long" told_as_they_are 1 20
ok "and it is said why" why
ok "PostgreSQL is as it was" sql fleet "SELECT 1"
rm pg/fill
ok "there is room again" keeps true
ok "all stand as they do" stands "trusted 40 unreachable $(grep -c 201 told) untrusted 20"
ok "who was acknowledged is there, and nobody else" as_told
ok "what changed did so once" once 1 20
ok "the log is whole" log_whole

ok "it is full where PostgreSQL has its own log" fill
rogues 21 40
ended() { # within a while: there is no room for more of it
	for _ in $(seq 50); do
		pg pg_ctl -D data status || return 0
		sql fleet "INSERT INTO t VALUES (1); SELECT pg_switch_wal()" || true
		sleep 0.2
	done
	tail -n 5 pg/server.log
	return 1
}
ok "that ends it" ended
ok "the status says so" keeps false
ok "who enrols is answered" enrolled 121 125
ok "that none is enrolled" test "$(tail -n 5 told | cut -d' ' -f2 | sort -u)" = 503
ok "nothing is shown as trusted for long" stands "unreachable \
$((n + $(grep -c 201 told)))"
rm pg/fill
ok "there is room again, and it is started" start_pg
ok "it is written to" keeps true
ok "all stand as they do" stands "trusted 20 unreachable $(grep -c 201 told) untrusted 40"
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
ok "killed, the verifier begins again" start_verifier
ok "and all stand as they do" stands \
	"trusted 20 unreachable $(grep -c 201 told) untrusted 40"
ok "who was acknowledged is there, and nobody else" as_told
ok "what changed did so once" once 1 40
ok "the log is whole" log_whole
ok "and has each of these once" jq -e '[.entries[] | fromjson |
	select(.state == "untrusted") | .device] | length == 40 and
	(unique | length) == 40' body
ok "the verifier ends" stop_verifier
ok "the database ends" stop_pg
finish
