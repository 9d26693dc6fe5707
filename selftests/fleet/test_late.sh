#!/bin/bash
# SPDX-License-Identifier: MIT
# A verdict is as old as the question that it answers, however late the answer is, or
# is judged; and it still counts while the next question is being answered.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim 1 1
verifier_conf "$(sim_policy)" 'missed = 5; timeout_s = 6;'
ok "the verifier starts" start_verifier
ok "a device is enrolled" enrol_sim 1
ok "trusted" becomes dev-0 '.state == "trusted"'
ok "it answers, but late" sim late 0
ago() { # RFC3339: s until now
	echo $(($(date +%s) - $(date -d "$1" +%s)))
}
# The moment that there is another verdict.
next() {
	local was
	was=$(device dev-0 .judged)
	for _ in $(seq 100); do
		device dev-0 .judged >now
		[ "$(cat now)" = "$was" ] || return 0
		sleep 0.1
	done
	return 1
}
ok "another verdict" next
ok "and another" next
ok "is as old as its question" test "$(ago "$(jq -r .judged body)")" -ge 3
ok "when it was good, too" test "$(ago "$(jq -r .last_good body)")" -ge 3
ok "and by what the verifier saw" jq -e '.verdict.time == .judged' body
judged=$(jq -r .judged body)
fleet reader /devices/dev-0/ear >/dev/null
cut -d. -f2 body | tr -- '-_' '+/' | base64 -d 2>/dev/null >claims || true
# shellcheck disable=SC2016 # of jq
ok "its EAR says so" jq -e --arg judged "$judged" '
	.submods.shinrai."shinrai.verdict".time == $judged' claims
ok "which ends as if it had been answered at once" test "$(jq .exp claims)" \
	= $(($(date -d "$judged" +%s) + 5))
ok "and was issued now" test $(($(date +%s) - $(jq .iat claims))) -le 1
steady() {
	for _ in $(seq 30); do
		device dev-0 '.fresh and .state == "trusted"' >/dev/null || {
			cat body && return 1
		}
		sleep 0.1
	done
}
ok "meanwhile it stays trusted" steady
fleet reader /devices/dev-0/changes >/dev/null
ok "nor was it anything else" jq -e '.changes | length == 1' body
ok "it says nothing any more" sim mute 0
ok "which is not fresh for long" becomes dev-0 '.fresh == false' 20
ok "the verifier ends" stop_verifier
finish
