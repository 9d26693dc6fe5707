#!/bin/bash
# SPDX-License-Identifier: MIT
# Two virtual machines, each with a TPM of its own, and a simulated fleet attest to
# one verifier: what becomes of one that is tampered with, cut off, updated, killed
# and booted again is told of that one, at once, and of nobody else.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

out=$(realpath "$BUILD")/check-fleet
# shellcheck source=selftests/fleet/vms.sh
. "$root/selftests/fleet/vms.sh"

n=100
make_machines
mkdir -p next/data
{ cat disk/rogue && echo 2; } >next/data/tool-2 # nobody knows it yet
chmod 755 next/data/tool-2
cp next/data/tool-2 disk/
mke2fs -q -F -t ext4 -d disk disk.img 32M

factory() {
	boot press "$work/with.cpio" first yes factory --disk "$work/disk.img"
	order press firmware
	power_off press
	make_reference "$out/factory"
	mv boot.json vms.json
}
ok "a machine is learned from" factory
ok "press boots" machine press
ok "pump boots" machine pump
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
vms_conf "$work/vms.txt"
ok "the verifier starts" start_verifier
ok "$n devices are simulated" enrol_sim $n
for name in press pump; do
	ok "$name is enrolled" enrol_machine $name
done
ok "press is trusted" stand press trusted
ok "pump is trusted" stand pump trusted
ok "and the fleet" stands "trusted $((n + 2))" 60

order press ordinary
ok "ordinary work changes nothing" stand press trusted
ok "press runs what nobody knows: untrusted" turns_rogue press
ok "nobody else is" stands "trusted $((n + 1)) untrusted 1"

ok "pump is cut off" order pump cut
ok "it is unreachable" stand pump unreachable
ok "press is what it was" stand press untrusted
ok "pump is there again" order pump mend
ok "and trusted" stand pump trusted
fleet reader /devices/pump/changes >/dev/null
ok "it never was anything else" jq -e '.changes | length >= 3 and
	all(.state == "trusted" or .state == "unreachable")' body

# A new generation of programs: known before it runs, beside the old one.
"$bin/shinraictl" digests make --trust-local next --out next.txt >/dev/null
vms_conf "$work/vms.txt" "$work/next.txt"
ok "the verifier ends" stop_verifier
ok "and knows the next generation" start_verifier
ok "pump is updated" order pump update
sleep 4
ok "and trusted" stand pump trusted
fleet reader /devices/pump/changes >/dev/null
ok "all the time" jq -e '.changes | all(.state == "trusted" or
	.state == "unreachable")' body

pull_plug press
ok "press is killed: unreachable" stand press unreachable
ok "pump is what it was" stand pump trusted
ok "press boots again" machine press
ok "trusted: what it ran was of another boot" stand press trusted 120
ok "pump is cut off, runs what nobody knows" order pump cut
order pump rogue
sleep 2
pull_plug pump
ok "and is killed: unreachable" stand pump unreachable
ok "it boots again" machine pump
ok "trusted" stand pump trusted 120
fleet reader /log >/dev/null
fleet reader "/log/entries?start=$(($(jq .size body) - 10))" >/dev/null
open_log >opened
ok "what it ran before is told, as what nothing proves" jq -e '[.[] |
	select(.device == "pump" and .past)] | length == 1 and (.[0] |
	.state == "trusted" and (.past | length == 1) and (.past[0].reasons |
	any(.code == "code-unknown" and (.detail | contains("/data/rogue")))))' opened
ok "all are" stands "trusted $((n + 2))" 30
fleet reader /devices/dev-50/changes >/dev/null
ok "the others never were anything else" jq -e '.changes | length == 1' body
power_off press
power_off pump
ok "the verifier ends in an orderly way" stop_verifier
finish
