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

top=$root demo=$root/selftests/demo build=$(realpath "$BUILD") begun=$SECONDS
bin=$build/user kernel=6.12 memory=1024 out=$build/check-fleet
# shellcheck source=selftests/demo/prepare.sh
. "$demo/prepare.sh"
# shellcheck source=selftests/demo/machines.sh
. "$demo/machines.sh"
trap 'stop_machines; end_sim; end_verifier; cleanup' EXIT
# Machines run for as long as all of this takes.
export VM_PATIENCE=10
rm -rf "$out"
mkdir -p "$out" overlay

# Machines ask for no owner's policy here.
touch acme.{admission,blob}{,.sig}
make_fleet_certs
cp server.pem device.pem
cp server.key device.key
make_disk
mkdir -p next/data
{ cat disk/rogue && echo 2; } >next/data/tool-2 # nobody knows it yet
chmod 755 next/data/tool-2
cp next/data/tool-2 disk/
mke2fs -q -F -t ext4 -d disk disk.img 32M
make_initrd "$work/with.cpio" >/dev/null
make_digests >/dev/null
n=100
mkdir simulated
cp server.pem server.key ca.pem simulated/

# machine NAME: boots, and serves
machine() {
	cp disk.img "disk.$1.img" &&
		boot "$1" "$work/with.cpio" first yes "$1" --disk "$work/disk.$1.img" &&
		order "$1" daemon
}
factory() {
	boot press "$work/with.cpio" first yes factory --disk "$work/disk.img"
	order press firmware
	power_off press
	make_reference "$out/factory"
}
ok "a machine is learned from" factory
ok "press boots" machine press
ok "pump boots" machine pump
ok "a fleet can be simulated" build_sim
cp known.txt vms.txt
cp boot.json vms.json
ok "it starts" start_sim $n 5
# It wrote what its devices are held against.
policies() { # LIST...
	echo "policies = (
		{ name = \"sim\"; digests = [ \"$work/known.txt\" ];
		  reference = \"$work/boot.json\"; },
		{ name = \"vm\"; digests = [ $(printf '"%s",' "$@" | sed 's/,$//') ];
		  reference = \"$work/vms.json\"; } );"
}
verifier_conf "$(policies "$work/vms.txt")" 'period_s = 2;' 'missed = 6;' 'timeout_s = 10;'
ok "the verifier starts" start_verifier
ok "$n devices are simulated" enrol_sim $n
for name in press pump; do
	ok "$name is enrolled" said 201 fleet admin /devices -d \
		"{\"name\":\"$name\",\"policy\":\"vm\",
		\"url\":\"https://127.0.0.1:${port[$name]}/\"}"
done

stand() { # NAME STATE [SECONDS]
	becomes "$1" ".state == \"$2\" and .fresh == (\"$2\" != \"unreachable\")" \
		"${3:-60}"
}
ok "press is trusted" stand press trusted
ok "pump is trusted" stand pump trusted
ok "and the fleet" stands "trusted $((n + 2))" 60

order press ordinary
ok "ordinary work changes nothing" stand press trusted
ok "press runs what nobody knows" order press rogue
ok "it is untrusted" becomes press '.state == "untrusted" and
	.code == "code-unknown" and (.reason | contains("/data/rogue"))' 30
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
verifier_conf "$(policies "$work/vms.txt" "$work/next.txt")" 'period_s = 2;' \
	'missed = 6;' 'timeout_s = 10;'
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
power_off pump
ok "pump is switched off: unreachable" stand pump unreachable
ok "it boots again" machine pump
ok "trusted" stand pump trusted 120
ok "all are" stands "trusted $((n + 2))" 30
fleet reader /devices/dev-50/changes >/dev/null
ok "the others never were anything else" jq -e '.changes | length == 1' body
power_off press
power_off pump
ok "the verifier ends in an orderly way" stop_verifier
finish
