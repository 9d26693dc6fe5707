#!/bin/bash
# SPDX-License-Identifier: MIT
# A simulated fleet over the real protocol: whether all are judged every period, what
# that costs, and how soon one that goes wrong is named.  Prints JSON.
# usage: fleet.sh DEVICES PERIOD SECONDS NEW-RECORDS KEPT-CONNECTIONS ROGUES [PRELOADED]
# PRELOADED: verify_time.so, which adds up what the verification of quotes takes.
# shellcheck disable=SC2119,SC2154
preloaded=${7:+$(realpath "$7")}
# shellcheck source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

devices=$1 period=$2 seconds=$3 new=$4 kept=$5 rogues=$6
times=''
if [ "$preloaded" ]; then
	times=$work/times
	printf '#!/bin/sh\nLD_PRELOAD=%q SHINRAI_VERIFY_TIME=%q exec %q "$@"\n' \
		"$preloaded" "$times" "$verifier" >timed
	chmod 755 timed
	verifier=$work/timed
fi
anonymous() { awk '/^RssAnon/ { print $2 }' "/proc/$verifier_pid/status"; }

ulimit -n "$(ulimit -Hn)"
{
	make_fleet_certs
	build_sim
	start_sim "$devices" "$new"
	verifier_conf "$(sim_policy)" "period_s = $period;" \
		"idle_connections = $kept;" "questions = 512;"
	start_verifier
	empty=$(anonymous)
	enrol_sim "$devices"
	stands "trusted $devices" 120
	# What follows begins with all of them known, and no past of its own.
	stop_verifier
	start_verifier
} >&2
python3 "$root/selftests/bench/fleet.py" "$api" "$verifier_pid" "$devices" \
	"$period" "$seconds" "$rogues" "$empty" "$((2 * period > 10 ? 2 * period : 10))" \
	${times:+"$times"} <&8 3>&7
stop_verifier >&2
