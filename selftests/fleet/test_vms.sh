#!/bin/bash
# SPDX-License-Identifier: MIT
# A virtual machine with a TPM of its own and a simulated fleet attest to one verifier:
# what the machine boots is learned from it, then it is tampered with.  check_vms.sh has
# two machines, and all that can become of them.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
out=$(realpath "$BUILD")/vm/fleet
# shellcheck source=selftests/fleet/vms.sh
. "$root/selftests/fleet/vms.sh"

n=10
make_machines
echo '{"format":"shinrai-boot-v1"}' >vms.json
learn() { # as test_golden.sh has it in full
	SHINRAI_VERIFIER="https://127.0.0.1:$api" SHINRAI_CERT=admin.pem \
		SHINRAI_KEY=admin.key SHINRAI_CA=ca.pem "$bin/shinraictl" fleet \
		learn press --arms --cmdline "$(cat "$out/press/append") initrd=initrd" \
		--out learned.json && mv learned.json vms.json
}

ok "press boots" machine press
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
vms_conf "$work/vms.txt"
ok "the verifier starts" start_verifier
ok "$n devices are simulated" enrol_sim $n
ok "press is enrolled" enrol_machine press
ok "nobody knows its boot: unknown" becomes press '.state == "unknown" and
	.code == "firmware-unknown" and .fresh' 60
ok "it is learned" learn
ok "and known" anew "new policies are in use"
ok "press is trusted" stand press trusted
ok "by what a TPM said of what it runs" device press '.verdict |
	.reasons == [] and .code_events > 20 and
	(.proven | index("TPM quote") and index("initramfs") and index("code"))'
ok "and so is the fleet" stands "trusted $((n + 1))"
ok "ordinary work" order press ordinary
ok "changes nothing" stand press trusted
ok "press runs what nobody knows: untrusted" turns_rogue press
ok "nobody else is" stands "trusted $n untrusted 1"
fleet reader /devices/dev-5/changes >/dev/null
ok "the others never were anything else" jq -e '.changes | length == 1' body
ok "press is switched off" power_off press
ok "the verifier ends in an orderly way" stop_verifier
finish
