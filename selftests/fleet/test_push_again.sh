#!/bin/bash
# SPDX-License-Identifier: MIT
# A device that brings its evidence to the only verifier on a shared database: when
# that is killed and begins again, it is judged soon, and never shown as gone.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/push.sh
. "$root/selftests/enrol/push.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
trap 'end_verifier; end_pg; cleanup' EXIT

make_fleet_certs
ok "a cluster starts" make_pg
sql postgres "CREATE DATABASE fleet" >/dev/null
SHINRAI_TEST_DATABASE=$(pg_url fleet)
make_pusher
enrolment_conf 'allow_software = true;'
echo "port = $api; period_s = 2; missed = 5;" >>verifier.conf.d/test.conf
ok "the verifier starts" start_verifier
device_url=''
ok "a device enrols without a URL" setup admin press --policy plc
ok "shinraid starts" serve
ok "trusted" becomes press '.state == "trusted" and .fresh'

again() { # SECONDS that nobody is there
	stop_verifier KILL || true
	sleep "$1"
	start_verifier
}
judged_at() {
	sql fleet "SELECT judged FROM device"
}
# later SECONDS: it is judged within that time
later() {
	local before
	before=$(judged_at)
	for _ in $(seq $(($1 * 10))); do
		[ "$(judged_at)" = "$before" ] || return 0
		sleep 0.1
	done
	return 1
}
ok "the verifier is killed, and begins again at once" again 0
ok "it comes within a period and a second or two" later 5
ok "the verifier is killed, and begins again after long" again 12
# Doubled retries would be at 16 s by now, and another one after the first 503.
ok "it comes within a period and a second or two, too" later 5
ok "trusted" becomes press '.state == "trusted" and .fresh'
ok "it was asked to come again, in a second" grep -q \
	'it answered 503: another verifier has it.*next try in 1 s' err
fleet reader /devices/press/changes >/dev/null
ok "nothing was false meanwhile" jq -e '[.changes[].state] == ["trusted"]' body
ok "the verifier ends in an orderly way" stop_verifier
finish
