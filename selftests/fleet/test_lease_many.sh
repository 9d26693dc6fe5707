#!/bin/bash
# SPDX-License-Identifier: MIT
# A verifier with many devices is dead: another one takes them all within 10 s.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
trap 'end_verifier; end_pg; cleanup' EXIT

n=16000
make_fleet_certs
ok "a cluster starts" make_pg
sql postgres "CREATE DATABASE fleet" >/dev/null
verifier_conf "policies = ( { name = \"plc\"; } );" "period_s = 3600;" \
	"database = \"$(pg_url fleet)\";"
sed -i '/^period_s = 1;/d' verifier.conf
ok "the verifier starts" start_verifier
began=$(date +%s%3N)
# They were judged just now, so that none is asked meanwhile.
sql fleet "INSERT INTO verifier DEFAULT VALUES;
	INSERT INTO device (name, url, tls_name, policy, ak_name, state, since,
		code, reason, judged, good, owner, fence)
	SELECT 'dev-' || i, 'https://127.0.0.1:1/', '', 'plc', '', 1, now, '', '',
		now, now, (SELECT max(id) FROM verifier), nextval('fence')
	FROM generate_series(1, $n) i, (SELECT CAST(1000 * extract(epoch FROM
		now()) AS BIGINT) AS now) t"
taken() { # within 10 s all devices of the dead one are this one's
	while [ "$(date +%s%3N)" -le $((began + 10000)) ]; do
		[ "$(sql fleet "SELECT count(*) FROM device WHERE owner =
			(SELECT min(id) FROM verifier)")" -lt $n ] || return 0
		sleep 0.1
	done
	sql fleet "SELECT owner, count(*) FROM device GROUP BY owner"
	return 1
}
ok "nothing is heard of another one: all of its $n devices are taken" taken
fleet reader /status >/dev/null
ok "all are known" test "$(jq .devices body)" = $n
ok "the verifier ends in an orderly way" stop_verifier
finish
