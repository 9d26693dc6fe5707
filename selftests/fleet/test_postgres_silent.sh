#!/bin/bash
# SPDX-License-Identifier: MIT
# The host of PostgreSQL goes away without a word, while a reply of it is awaited: that
# is noticed, and once it is back it is written to again.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
[ -n "${SILENT_INSIDE-}" ] || SILENT_INSIDE=1 exec unshare -n "$BASH" "$0" "$@"
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
trap 'end_verifier; end_pg; cleanup' EXIT

make_fleet_certs
ok "loopback is there" ip link set lo up
ok "a cluster starts" make_pg "listen_addresses = '127.0.0.1'"
sql postgres "CREATE DATABASE fleet" >/dev/null
verifier_conf "database = \"postgresql://shinrai@127.0.0.1/fleet\";" \
	"policies = ( { name = \"plc\"; } );"
ok "the verifier starts" start_verifier

waits() { # within a while: it waits for a lock, and its question was received
	for _ in $(seq 50); do
		[ "$(sql fleet "SELECT count(*) FROM pg_stat_activity WHERE
			application_name = 'shinrai-verifier' AND
			wait_event_type = 'Lock'")" = 1 ] && sleep 1 && return
		sleep 0.1
	done
	return 1
}
hold() { # the row that it waits for
	"$pg_bin/psql" -X -q "$(pg_url fleet)" -c "BEGIN" \
		-c "SELECT 1 FROM log FOR UPDATE" -c "SELECT pg_sleep(60)" \
		>/dev/null 2>&1 7>&- 8>&- 9>&- &
}
let_go() {
	sql fleet "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE query LIKE 'SELECT pg_sleep%'" >/dev/null
}
noticed() { # within 20 s
	for _ in $(seq 100); do
		grep 'cannot write to' verr && return
		sleep 0.2
	done
	cat verr
	return 1
}
hold
ok "a reply is awaited" waits
ok "nothing is heard any more" ip link set lo down
ok "that is noticed" noticed
let_go
ok "the network is back" ip link set lo up
ok "the database is written to" keeps true
ok "the verifier ends" stop_verifier
ok "the database ends" stop_pg
finish
