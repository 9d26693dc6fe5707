#!/bin/bash
# SPDX-License-Identifier: MIT
# IMA lists that do not join what came before are asked for again: of a device that
# knows no part of its list any more, and of one that gives another one.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim 3 5
verifier_conf "$(sim_policy)"
ok "the verifier starts" start_verifier
ok "devices are enrolled" enrol_sim 3
ok "they are trusted" stands "trusted 3"
ok "they are judged again" often 3
sim stats >/dev/null
ok "their lists came in part" test "$(jq .part <<<"$said")" -ge 3
sim aged 1 >/dev/null
sim apart 2 >/dev/null
ok "one is of an earlier version, one errs" often 9
ok "both are trusted" stands "trusted 3"
for i in 1 2; do
	ok "dev-$i is judged all the time" device dev-$i '.fresh and .failure == ""'
	fleet reader /devices/dev-$i/changes >/dev/null
	ok "and was never anything else" jq -e '.changes | length == 1' body
done
ok "the verifier ends in an orderly way" stop_verifier
finish
