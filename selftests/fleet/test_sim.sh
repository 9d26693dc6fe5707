#!/bin/bash
# SPDX-License-Identifier: MIT
# shinrai-verifier and a simulated fleet, each with a key, log and boot of its own:
# who misbehaves is named, in each way to do so, and nobody else.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

n=150
make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
verifier_conf "$(sim_policy)"
ok "the verifier starts" start_verifier
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"
sim stats
ok "their logs are asked for from the begin once each" \
	test "$(jq .whole <<<"$said")" = $n
sim key 7
ok "each by its own key" device dev-7 ".ak == \"$said\""

# What is done, and what becomes of it: device, command, state and code.
while read -r i how state code; do
	sim "$how" "$i" >/dev/null
	wrong[i]="$how $state $code"
done <<'TABLE'
11 rogue untrusted code-unknown
12 stale untrusted nonce
13 alien untrusted ak-other
14 tamper untrusted record-root
15 rewind untrusted clock-back
16 cut untrusted quote-not-in-log
17 mute unreachable no-answer
18 slam unreachable no-answer
19 busy unreachable no-answer
TABLE
for i in "${!wrong[@]}"; do
	read -r how state code <<<"${wrong[i]}"
	ok "$how: $state" becomes "dev-$i" \
		".state == \"$state\" and .code == \"$code\""
done
ok "nobody else is" stands "trusted $((n - 9)) unreachable 3 untrusted 6"
for i in "${!wrong[@]}"; do
	sim reboot "$i" >/dev/null
done
ok "after a reboot all are well again" stands "trusted $n"
fleet reader /log >/dev/null
size=$(jq .size body)
ok "one answer in four is lost" sim flaky 4
sleep 6
sim flaky 0 >/dev/null
ok "and nothing comes of it" stands "trusted $n" 5
# Of which three in a row are lost by chance, that was unreachable.
fleet reader "/log/entries?start=$size&count=1000" >/dev/null
ok "but that some could not be reached" jq -e '[.entries[] | fromjson | .state] |
	all(. == "trusted" or . == "unreachable")' body

ok "the verifier ends" stop_verifier
sim stats
whole=$(jq .whole <<<"$said")
ok "and starts" start_verifier
ok "it knows how all stand" stands "trusted $n" 3
sleep 2
sim stats
ok "and asks for nothing that it has" test "$(jq .whole <<<"$said")" = "$whole"
ok "the verifier ends again" stop_verifier

# Connections are kept, for longer than a question may take.
verifier_conf "$(sim_policy)" "period_s = 4;" "timeout_s = 1;"
ok "it starts with a longer period" start_verifier
sim stats
before=$said
sleep 12
sim stats
asked=$(jq -n "$said.questions - $before.questions")
made=$(jq -n "$said.connections - $before.connections")
ok "in 12 s each is asked twice or more ($asked)" test "$asked" -ge $((2 * n))
ok "over one connection ($made)" test "$made" -le "$n"
ok "the verifier ends with these" stop_verifier
finish
