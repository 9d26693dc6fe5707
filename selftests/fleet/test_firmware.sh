#!/bin/bash
# SPDX-License-Identifier: MIT
# A firmware log of 1 MiB travels once in a boot and once for each start of the
# verifier; what it said is judged each time, and not when PCRs are others.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

# measure PCR: one event of 1 MiB more is in the log, and in that PCR
measure() {
	python3 - "$1" <<'PY' >extend
import hashlib, struct, sys
data = bytes(1 << 20)
digest = hashlib.sha256(data).digest()
with open("firmware", "ab") as log:
    log.write(struct.pack("<IIIH", int(sys.argv[1]), 0x80000006, 1, 0x0b) +
              digest + struct.pack("<I", len(data)) + data)
print("%s:sha256=%s" % (sys.argv[1], digest.hex()))
PY
	xargs tpm2_pcrextend <extend
}
trusted() {
	becomes press1 '.state == "trusted" and .fresh'
}
# told: what its verdict says of the boot
told() {
	device press1 '.verdict | {ladder, notes: [.notes[] |
		select(test("^(firmware|kernel|initramfs|command line): "))]}'
}

start_tpm
make_fleet_certs
good_device
ok "a log becomes long" measure 5
configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon
verifier_conf "$good_policy"
ok "the verifier starts" start_verifier
fleet admin /devices -d "{\"name\":\"press1\",\"policy\":\"plc\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "the device is trusted" trusted
ok "its log came" test "$(received)" -gt 1000000
told >first
ok "four things are known" jq -e '.notes | length == 4' first
fleet admin /devices/press1/boot >/dev/null
jq 'del(.since, .judged)' body >boot.first
before=$(received)
ok "it is judged again and again" often 3
ok "trusted" trusted
told >later
ok "by the same" cmp first later
ok "what booted can be learned" said 200 fleet admin /devices/press1/boot
ok "as before" cmp boot.first <(jq 'del(.since, .judged)' body)
ok "and the log did not come again" little "$before" 300000

# By other policies, which need it no more.
before=$(received)
jq '.kernel[0].sha256 |= "ff" + .[2:]' good/boot.json >other.json
verifier_conf "policies = ( { name = \"plc\"; digests = [ \"$work/good/known.txt\" ];
	reference = \"$work/other.json\"; } );"
kill -HUP "$verifier_pid"
ok "its kernel is not known any more" becomes press1 '.code == "kernel-unknown"'
verifier_conf "$good_policy"
kill -HUP "$verifier_pid"
ok "it is known again" trusted
ok "the log did not come" little "$before" 600000

ok "the verifier ends" stop_verifier
ok "and begins anew" start_verifier
ok "it is judged" often 1
ok "with its log" test "$(received)" -gt 1000000
ok "trusted" trusted
before=$(received)
ok "it is judged again and again" often 3
ok "without" little "$before" 300000

ok "the verifier ends again" stop_verifier

# Another state, that of shinrai-verify; and a shinraid that has no log any more.
hold=(--reference good/known.txt --reference good/boot.json --ak ak)
ok "shinrai-verify: trusted" exits 0 live "${hold[@]}" --learn-ak \
	--state state.json
ok "it remembers the boot" jq -e '.boot.events | map(.kind) ==
	["loader", "cmdline", "initramfs"]' state.json
stop_daemon
configure "firmware_log = \"$work/none\"; port = $port;"
ok "shinraid starts without the log" start_daemon
ok "trusted, by what is remembered" exits 0 live "${hold[@]}" --state state.json
ok "unknown without that" exits 4 live "${hold[@]}" --json
ok "for it is missing" jq -e '.reasons[0].code == "firmware-missing"' out
jq '.boot.pcrs |= (if .[:2] == "00" then "01" else "00" end) + .[2:]' \
	state.json >other.json
ok "as when what is remembered is of other PCRs" exits 4 live "${hold[@]}" \
	--state other.json
stop_daemon
configure "firmware_log = \"$work/firmware\"; port = $port;"
ok "it starts with the log" start_daemon
jq '.boot.pcrs |= (if .[:2] == "00" then "01" else "00" end) + .[2:]' \
	state.json >other.json
ok "which then is asked for" exits 0 live "${hold[@]}" --state other.json
ok "and remembered" cmp <(jq .boot state.json) <(jq .boot other.json)

# What was measured later is not what the log said.
ok "the verifier starts" start_verifier
ok "it is judged again and again" often 3
ok "trusted" trusted
before=$(received)
tpm2_pcrextend "7:sha256=$(printf %064d 1)"
ok "another PCR 7" becomes press1 '.state == "untrusted" and
	.code == "firmware-replay"'
ok "for which the log came" test $(($(received) - before)) -gt 1000000
ok "nothing can be learned of it" said 409 fleet admin /devices/press1/boot
ok "shinrai-verify: untrusted" exits 3 live "${hold[@]}" --state state.json --json
ok "for the same" jq -e '.reasons[0].code == "firmware-replay"' out
ok "it remembers no boot any more" jq -e '.boot == null' state.json
ok "the verifier ends at last" stop_verifier
stop_daemon

# A fleet: how often logs are asked for.
n=20
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 2
verifier_conf "$(sim_policy)" "database = \"$work/sim.db\";"
ok "the verifier starts" start_verifier
ok "devices are enrolled" enrol_sim $n
ok "they are trusted" stands "trusted $n"
logs() { # NUMBER: that came
	sim stats
	test "$(jq .firmware <<<"$said")" "${2--eq}" "$1"
}
ok "they are judged again and again" often $((3 * n))
ok "each log came once" logs $n
sim reboot 1 >/dev/null
sim firmware 2 >/dev/null
ok "one boots anew, one with another firmware" becomes dev-2 \
	'.code == "firmware-unknown"'
ok "they are judged again and again" often $((3 * n))
ok "their logs came once more" logs $((n + 2))
sim bootlog 3 >/dev/null
ok "one boots with a log that does not lead to the quote" becomes dev-3 \
	'.code == "firmware-replay"'
ok "they are judged again and again" often $((3 * n))
ok "its log came each time" logs $((n + 4)) -gt
sim well 3 >/dev/null
ok "it is the right one again" becomes dev-3 '.state == "trusted"'
ok "nobody else was anything else" stands "trusted $((n - 1)) unknown 1"
stop_verifier KILL || true
sim stats
before=$(jq .firmware <<<"$said")
ok "the verifier was killed, and begins anew" start_verifier
ok "they are judged again and again" often $((4 * n))
ok "each log came once more" logs $((before + n))
ok "all stand as before" stands "trusted $((n - 1)) unknown 1"
for i in 1 4; do
	fleet reader /devices/dev-$i/changes >/dev/null
	ok "dev-$i was never anything else" jq -e '.changes | length == 1' body
done
ok "the verifier ends in an orderly way" stop_verifier
finish
