#!/bin/bash
# SPDX-License-Identifier: MIT
# The wall clock of a verifier jumps by an hour, ahead and back: nobody becomes
# anything by that, and nothing old looks new.
# shellcheck disable=SC2016,SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/fleet/clock.sh
. "$root/selftests/fleet/clock.sh"
hooked_pid=''
end_hooked() {
	[ -z "$hooked_pid" ] || kill -9 "$hooked_pid" 2>/dev/null || true
}
trap 'end_hooked; end_sim; end_verifier; end_clocks; cleanup' EXIT

n=40
make_fleet_certs
make_cert receiver ca
(umask 077 && echo "whsec_$(openssl rand -base64 32)" >secret)
hook=$(free_ports)
: >told
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
verifier_conf "$(sim_policy)" 'missed = 3; timeout_s = 2;' \
	"webhooks = ( { name = \"siem\"; secret = \"$work/secret\";
		url = \"https://127.0.0.1:$hook/\"; } );"
step_verifier
ok "the verifier starts" start_verifier
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"
sim rogue 3 >/dev/null
sim mute 4 >/dev/null
all="trusted $((n - 2)) unreachable 1 untrusted 1"
ok "but two, then" stands "$all"

# steady SECONDS: all that time nobody is shown to be anything else
steady() {
	local until=$((SECONDS + $1)) now
	while [ "$SECONDS" -lt "$until" ]; do
		now=$(states)
		[ "$now" = "$all" ] || { echo "$now" && return 1; }
	done
}
# asked_on SECONDS: and everybody is asked meanwhile; a second may be short
asked_on() {
	local before
	sim stats >/dev/null
	before=$(jq .answers <<<"$said")
	steady "$1" || return 1
	sim stats
	jq -e ".gap < 5000 and .answers - $before > ($1 - 2) * ($n - 1)" <<<"$said"
}
judged_hours_off() { # HOURS: by what is said of a device
	fleet reader /devices/dev-9 >/dev/null
	jq -e "(.judged | fromdate) - now | . / 3600 | round == $1" body
}
ok "all is steady" asked_on 3
ok "the clock is set ahead by an hour" set_clock v +3600
ok "all is steady" asked_on 4
ok "by the new time" judged_hours_off 1
ok "the clock is right again" set_clock v +0
ok "all is steady" asked_on 4
ok "by the old time" judged_hours_off 0
ok "the clock is set back by an hour" set_clock v -3600
ok "all is steady" asked_on 4
ok "by that" judged_hours_off -1

# Nobody has listened for the hook so far; it is tried again, in seconds.
python3 "$root/selftests/fleet/hooked.py" receiver.pem receiver.key ca.pem secret \
	"$hook" >hport 2>herr &
hooked_pid=$!
told() {
	for _ in $(seq 200); do
		[ ! -s told ] || return 0
		sleep 0.1
	done
	grep webhook verr
	return 1
}
ok "the hook is told within its last wait" told

# What is old is old, whatever the clock says.
gone="trusted $((n - 3)) unreachable 2 untrusted 1"
sim mute 5 >/dev/null
sleep 1
ok "one says nothing, while the clock is right again" set_clock v +0
ok "it is unreachable when it is" stands "$gone" 8
sim mute 6 >/dev/null
sleep 1
gone="trusted $((n - 4)) unreachable 3 untrusted 1"
ok "another one, while it is set back" set_clock v -3600
ok "it is, too" stands "$gone" 8
ok "and it is kept that both did not answer" eval 'for v in 5 6; do
	becomes dev-$v ".code == \"no-answer\"" 10 || false; done'

fleet reader '/history?hours=1' >/dev/null
ok "the plot has no more devices than there are" jq -e "[.states[][]] |
	all(. == null or (. >= 0 and . <= $n))" body
ok "and ends as they stand" jq -e ".states | .trusted[-1] >= $((n - 4)) and
	.unreachable[-1] >= 3 and .untrusted[-1] >= 1" body
sim well 5 >/dev/null
sim well 6 >/dev/null
ok "they are there again" stands "$all"
changes() { # NAME STATES
	fleet reader "/devices/$1/changes" >/dev/null
	jq -e --arg s "$2" '[.changes[].state] | reverse | join(" ") == $s' body
}
ok "nobody else changed" changes dev-9 trusted
ok "who did, did once" changes dev-3 "trusted untrusted"
ok "who was silent, too" changes dev-6 "trusted unreachable trusted"

# A start has nothing but the wall's clock.
ok "the verifier ends" stop_verifier
ok "meanwhile the clock is set ahead" set_clock v +3600
sim mute 9 >/dev/null
ok "it starts" start_verifier
ok "one that says nothing is not shown by what it was" becomes dev-9 \
	'.state == "unreachable" and .fresh == false' 1
sim well 9 >/dev/null
ok "all stand as before" stands "$all"
ok "nothing was false" changes dev-9 trusted
ok "the verifier ends again" stop_verifier
ok "the clock is set back" set_clock v -3600
ok "it starts" start_verifier
ok "all stand as before" stands "$all"
ok "nothing was false" changes dev-9 trusted
ok "the verifier ends in an orderly way" stop_verifier
finish
