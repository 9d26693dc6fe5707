#!/bin/bash
# SPDX-License-Identifier: MIT
# The verifier's database is PostgreSQL: the store is the same, and when it is gone
# and comes back nothing that was acknowledged is lost.
# shellcheck disable=SC2016,SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
trap 'end_sim; end_verifier; end_pg; cleanup' EXIT

ok "a cluster starts" make_pg
for t in keep store store_boot store_enrol store_ima store_lease store_log; do
	sql postgres "CREATE DATABASE $t" >/dev/null
	ok "$t: as in a file" env SHINRAI_TEST_DATABASE="$(pg_url $t)" \
		"$BUILD/user/test/${t}_test"
done
sql postgres "CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0" >/dev/null
sql postgres "CREATE DATABASE fleet" >/dev/null

n=60
make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
url=$(pg_url fleet)
verifier_conf "$(sim_policy)" "database = \"$(pg_url latin)\";"
refused() { # WORDS: the verifier does not start, and says so
	! timeout 10 "$verifier" --config verifier.conf >refusal 2>&1 &&
		grep "$1" refusal
}
ok "another encoding is refused" refused 'encoding is not UTF8'
verifier_conf "$(sim_policy)" "database = \"$(pg_url nowhere)\";"
ok "a database that is not there, too" refused 'database "nowhere" does not exist'
verifier_conf "$(sim_policy)" "database = \"$url\";"
ok "the verifier starts" start_verifier
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"
ok "a name is taken once" said 409 fleet admin /devices -d \
	'{"name":"dev-1","policy":"sim","url":"https://127.0.0.1:1/"}'
sim rogue 5 >/dev/null
ok "one that is not is named" becomes dev-5 \
	'.state == "untrusted" and .code == "code-unknown"'
ok "it has what ran" said 200 fleet reader /devices/dev-5/evidence
ok "of its boot" jq -e '.missing == null and .total >= 10 and (.records > 0) and
	(.boot_id | length == 32) and (.facts[0].path | startswith("/"))' body
# by_index INDEX STATEMENT: it looks at no other rows
by_index() {
	sql fleet "SET enable_seqscan = off; EXPLAIN $2" >plan
	cat plan
	grep -Eq "(using|on) $1( |\$)" plan
}
ok "what is revoked is found without the rest" by_index certificate_revoked \
	"SELECT serial, revoked FROM certificate WHERE revoked != 0"
ok "and what ended long ago" by_index certificate_end \
	"DELETE FROM certificate WHERE not_after < 1"
no_copy() {
	! "$verifier" --config verifier.conf backup copy 2>said && grep pg_dump said
}
ok "a copy is the business of pg_dump" no_copy

fleet reader /log >/dev/null
cp body before.json
sim rogue 6 >/dev/null
ok "the database stops at once" stop_pg immediate
ok "the status says so" keeps false
ok "and the log" grep -q 'cannot write to .*not kept, and not shown' verr
ok "no device is enrolled" said 503 fleet admin /devices -d \
	'{"name":"new","policy":"sim","url":"https://127.0.0.1:1/"}'
ok "none is moved" said 503 fleet admin /devices/dev-7 -X PATCH \
	-d '{"policy":"sim"}'
ok "none is withdrawn" said 503 fleet admin /devices/dev-7 -X DELETE
ok "and the log says neither" test -z "$(grep 'ada [mw]' verr)"
ok "nothing is shown as trusted for long" stands "unreachable $n"
ok "the database is back" start_pg
ok "it is written to" keeps true
ok "all stand as they do" stands "trusted $((n - 2)) untrusted 2"
changes() { # NAME STATES
	fleet reader "/devices/$1/changes" >/dev/null
	jq -e --arg s "$2" '[.changes[].state] | reverse | join(" ") == $s' body
}
ok "nobody changed meanwhile" changes dev-7 trusted
ok "what did is there once" changes dev-6 "trusted untrusted"
fleet reader /log >/dev/null
cp body head.json
ok "the log grew" jq -e --slurpfile b before.json '.size > $b[0].size' head.json
fleet reader "/log/entries?count=1000" >/dev/null
ok "and is whole" python3 "$root/selftests/fleet/log.py" root head.json body

# A later verifier makes the tables its own, while this one runs on them.
known=$(sql fleet "SELECT version FROM shinrai_verifier")
later="by a later shinrai-verifier (version $((known + 1)), this one knows $known)"
hang_up() { # of who writes and of who reads
	[ "$(sql fleet "SELECT count(pg_terminate_backend(pid))
		FROM pg_stat_activity
		WHERE application_name = 'shinrai-verifier'")" = 2 ]
}
says_later() { # at a limited rate
	for _ in $(seq 100); do
		grep -F "$later" verr && return
		sleep 0.2
	done
	cat verr
	return 1
}
for how in true hang_up; do
	: >verr
	sql fleet "UPDATE shinrai_verifier SET version = $((known + 1))"
	ok "its connection: $how" $how
	ok "the status says so" keeps false
	ok "and the log" says_later
	beat=$(sql fleet "SELECT beat FROM verifier")
	ok "no device is enrolled" said 503 fleet admin /devices -d \
		'{"name":"new","policy":"sim","url":"https://127.0.0.1:1/"}'
	ok "nor anything else written" test "$(sql fleet "SELECT beat FROM verifier
		WHERE NOT EXISTS (SELECT 1 FROM device WHERE name = 'new')")" = "$beat"
	sql fleet "UPDATE shinrai_verifier SET version = $known"
	ok "it goes on where they are those that it knows" keeps true
done
ok "all stand as they do" stands "trusted $((n - 2)) untrusted 2"

kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
sim stats
whole=$(jq .whole <<<"$said")
sql fleet "UPDATE shinrai_verifier SET version = version + 1"
ok "tables of a later version are refused" refused "$later"
sql fleet "UPDATE shinrai_verifier SET version = $((known - 3));
	DROP TABLE ima;
	DROP TABLE clock;
	DROP TABLE facts;
	CREATE TABLE fact (
		device BIGINT NOT NULL REFERENCES device(id) ON DELETE CASCADE,
		what BIGINT NOT NULL, digest BYTEA NOT NULL,
		record BIGINT NOT NULL, text TEXT NOT NULL,
		PRIMARY KEY (device, what, digest));
	INSERT INTO fact SELECT id, n, '\\x00', 0, '/bin/a'
		FROM device, generate_series(1, 2) n WHERE name = 'dev-1'"
ok "killed, the verifier begins again, with those of an earlier one" \
	start_verifier
asked() { # DEVICE: of its alone what ran is not there, and the log asked for
	sql fleet "SELECT name FROM facts JOIN device ON id = device
		WHERE total = -1" >rows
	cat rows
	[ "$(cat rows)" = "$1" ]
}
ok "of what these kept the log is asked for" asked dev-1
ok "it knows how all stand" stands "trusted $((n - 2)) untrusted 2" 3
sleep 2
sim stats
ok "and asks for nothing that it has" test "$(jq .whole <<<"$said")" = "$whole"
fleet admin /devices -d '{"name":"away","policy":"sim",
	"url":"https://127.0.0.1:1/"}' >/dev/null
ok "of a device that was not judged" said 200 fleet reader /devices/away/evidence
ok "nothing ran" jq -e '.missing == "not-judged" and .boot_id == null' body
fleet reader /devices/dev-1/evidence >/dev/null
ok "what an earlier version kept is not shown" jq -e '.missing == "too-many" and
	.total == 0' body
ok "the verifier ends" stop_verifier
ok "the database ends" stop_pg
finish
