#!/bin/bash
# SPDX-License-Identifier: MIT
# A device that changes all the time does not make the log grow all the time: what
# there is no entry for is counted, and told by the next one, also after a crash.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim 2 1
verifier_conf "$(sim_policy)" 'log_burst = 3;' 'log_interval_s = 6;'
ok "the verifier starts" start_verifier
ok "two devices are enrolled" enrol_sim 2
ok "both are trusted" stands 'trusted 2'
entries() { # JQ: of all entries
	fleet reader /log/entries >/dev/null
	jq -c '[.entries[] | fromjson | [.device, .state, .coalesced]]' body
	jq -e "[.entries[] | fromjson] | $1" body
}
flip() { # TIMES: there and back
	for _ in $(seq "$1"); do
		sim rewind 1 >/dev/null
		becomes dev-1 '.state == "untrusted"' >/dev/null || return 1
		sim reboot 1 >/dev/null
		becomes dev-1 '.state == "trusted"' >/dev/null || return 1
	done
}
of() { # DEVICE: its entries
	echo "map(select(.device == \"$1\"))"
}
since=$(($(date +%s) * 1000))
ok "one flips three times" flip 3
ok "the log has no more than three entries of it, and what came back" entries \
	"$(of dev-1) | length <= 4"
fleet reader /devices/dev-1/changes >/dev/null
ok "each change is known" jq -e '.changes | length == 7' body
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
ok "killed, it begins again" start_verifier
all() { # within a while no change is missing
	for _ in $(seq 60); do
		! entries "$(of dev-1) | map(.coalesced.changes // 1) |
			add == 7" || return 0
		sleep 0.5
	done
	return 1
}
ok "the log comes to know of all of them" all
ok "by fewer entries" entries "$(of dev-1) | length <= 5"
ok "that say since when" entries "$(of dev-1) | map(select(.coalesced)) |
	length >= 1 and all(.type == \"change\" and
	.coalesced.changes >= 1 and .coalesced.since_ms >= $since and
	.coalesced.since_ms <= .time_ms)"
ok "and how it ended" entries "$(of dev-1) | last | .state == \"trusted\""
ok "the other one is not concerned" entries "$(of dev-0) | length == 1"
ok "the verifier ends" stop_verifier
for bad in 'log_burst = 0;' 'log_interval_s = 0;' 'log_burst = "many";'; do
	verifier_conf "$bad"
	ok "not with $bad" sh -c "! '$verifier' --config verifier.conf \
		--check-config 2>verr"
	ok "which is said" grep -q "conf:1: log_[a-z_]* is a number from 1 to" verr
done
finish
