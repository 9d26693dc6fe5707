#!/bin/bash
# SPDX-License-Identifier: MIT
# Who reads, however much and often, delays nothing that is judged, nor fills the
# memory; and what pages show of a long log is each entry once.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

n=20
entries=400
make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
verifier_conf "$(sim_policy)"
ok "the verifier starts" start_verifier
ok "and ends" stop_verifier
ok "its log becomes long" python3 "$root/selftests/fleet/readers.py" fill $entries
ok "the verifier starts again" start_verifier
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"

# Entries are of different sizes; some have no violations.
ok "pages show each entry once, few at a time" python3 \
	"$root/selftests/fleet/readers.py" walk "$api" $entries

# value NAME: of the metrics
value() {
	curl -s --cacert ca.pem --cert admin.pem --key admin.key \
		"https://127.0.0.1:$api/metrics" |
		awk -v name="$1" '$1 == name { print $2 }'
}
size() { # KEY: of the verifier's memory, MiB
	awk -v key="$1:" '$1 == key { print int($2 / 1024) }' \
		"/proc/$verifier_pid/status"
}
for path in /violations '/v1/log/entries?start=0&count=1000'; do
	sum=$(value shinrai_question_seconds_sum)
	count=$(value shinrai_question_seconds_count)
	ok "$path: many connections read on" python3 \
		"$root/selftests/fleet/readers.py" load "$api" "$path" 50 8
	sum=$(python3 -c "print($(value shinrai_question_seconds_sum) - $sum)")
	count=$(($(value shinrai_question_seconds_count) - count))
	echo "# $count judged, $sum s in all; $(size VmHWM) MiB"
	ok "meanwhile devices are judged" test "$count" -ge $((3 * n))
	# One that waited for each read before it would take several seconds.
	ok "soon" python3 -c "exit(not $sum / $count < 1)"
	ok "in little memory" test "$(size VmHWM)" -lt 250
done
ok "all stand as they did" stands "trusted $n"
ok "the verifier ends" stop_verifier
finish
