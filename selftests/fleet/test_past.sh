#!/bin/bash
# SPDX-License-Identifier: MIT
# What a device recorded after its last quote, before it booted anew, is told: once, in
# the log, as what nothing proves; no verdict changes with it.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

entries() { # JQ: of all entries
	fleet reader /log/entries >/dev/null
	open_log >opened
	jq -c '.[] | [.device, .type, .state, .violations, .past]' opened
	jq -e "$1" opened
}
in_time() { # JQ: soon
	for _ in $(seq 60); do
		! entries "$1" >/dev/null || return 0
		sleep 0.2
	done
	entries "$1"
}

# A fleet of which some run what nobody knows, and begin anew before they are asked.
n=12
make_fleet_certs
make_cert blind ca
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
verifier_conf "$(sim_policy)" "log_burst = 4; log_interval_s = 600;" \
	"roles = ( { name = \"blind\"; reads = [ ]; } );
	people = ( { name = \"bli\"; role = \"blind\"; key = \"$(spki blind.pem)\"; } );"
ok "the verifier starts" start_verifier
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"
ok "which is all that the log says" in_time "length == $n"
sim reboot 1 >/dev/null
sim crash 2 >/dev/null
sim crash 3 >/dev/null
sim crash 3 >/dev/null
ok "three boot anew: two of them told something before" in_time \
	"length == $((n + 2))"
often $((3 * n))
ok "once, however often they are judged" entries "length == $((n + 2))"
ok "nobody is untrusted for it" test "$(states)" = "trusted $n"
ok "that is an entry of a type of its own" entries \
	'.[-2:] | all(.type == "past" and .state == "trusted" and .violations == 0
	and .accesses == null and .verdict.verdict == "trusted")'
rogue=$(printf rogue | sha256sum | cut -d' ' -f1)
ok "it has what ran, where, and why that matters" entries \
	'[.[] | select(.device == "dev-2")] | .[-1].past | length == 1 and
	(.[0] | .records == 3 and .violations == 0 and (has("more") | not) and
	(.boot_id | test("^[0-9a-f]{32}$")) and (.reasons | length == 1) and
	.first == .reasons[0].record and .first > 8 and
	(.reasons[0] | .code == "code-unknown" and
	(.detail | test("/tmp/rogue") and test("'"$rogue"'"))))'
ok "of two boots, both" entries \
	'[.[] | select(.device == "dev-3")] | .[-1].past | length == 2 and
	(map(.reasons[0].code) == ["code-unknown", "code-unknown"]) and
	.[0].boot_id != .[1].boot_id and .[0].records == 3 and
	.[1].first == 0 and .[1].records == 11'
ok "who may not read words sees that there is something" said 200 fleet blind \
	/log/entries
ok "... and not what" jq -e '[.entries[] | fromjson | select(.type == "past") |
	.past[].reasons[]] | length == 3 and
	all(.code == "code-unknown" and .detail == {redacted: "text"})' body
ok "people see it" said 200 fleet reader /devices/dev-2
curl -s --cacert ca.pem --cert reader.pem --key reader.key \
	"https://127.0.0.1:$api/violations" >page
ok "on the page, as what is not proven" grep -q 'Not proven, as no quote covers it' \
	page
ok "... with the program" grep -q '/tmp/rogue' page
watch() {
	"$BUILD/user/shinraictl" fleet watch --once --from 0 --verifier \
		"https://127.0.0.1:$api" --cert reader.pem --key reader.key --ca ca.pem \
		>watched
}
ok "the log can be watched" watch
ok "and has it" grep -q 'dev-2 .*before it booted, unproven: 1;' watched

# The verifier is killed, and has it all the same, once.
sim mute 4 >/dev/null
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
sim crash 4 >/dev/null
ok "killed, it begins again" start_verifier
ok "what happened meanwhile is told" in_time '[.[] | select(.type == "past")] |
	length == 3 and .[-1].device == "dev-4"'

# It boots more often than it has room for logs, and nobody can ask it.
ok "the verifier ends" stop_verifier
for _ in 1 2 3 4 5 6; do
	sim crash 5 >/dev/null
done
ok "and begins again" start_verifier
ok "what there still is of that is told, and that the first is gone" in_time '[.[] |
	select(.device == "dev-5")] | length == 2 and (.[-1] | .type == "past" and
	.state == "trusted" and (.past | length == 5 and .[0].gone and
	(.[0] | keys == ["boot_id", "gone"]) and (.[1:] |
	all(.first == 0 and .records == 11 and .reasons[0].code == "code-unknown"))) and
	(.past | map(.boot_id) | unique | length == 5))'
curl -s --cacert ca.pem --cert reader.pem --key reader.key \
	"https://127.0.0.1:$api/violations" >page
ok "the page has it" grep -q 'the device sends no log any more' page
ok "and who watches the log" watch
ok "has it, too" grep -q 'dev-5 .*before it booted, unproven: 4, and not all came;' \
	watched

# There is no room in the log for it now: so it is asked for again.
for _ in 1 2; do
	sim crash 2 >/dev/null
	often $n
done
ok "as many entries as one may have" in_time \
	'[.[] | select(.device == "dev-2")] | length == 4'
sim crash 2 >/dev/null
often $((3 * n))
ok "no more of them" entries '[.[] | select(.device == "dev-2")] | length == 4'
ok "and it is not acknowledged" device dev-2 '.state == "trusted" and .fresh'
verifier_conf "$(sim_policy)" "log_burst = 32; log_interval_s = 1;"
ok "the verifier ends" stop_verifier
ok "and begins with more room" start_verifier
ok "then it is told" in_time '[.[] | select(.device == "dev-2")] | length == 5 and
	.[-1].type == "past" and .[-1].past[-1].reasons[0].code == "code-unknown"'
ok "the verifier ends again" stop_verifier
rm fleet.db*

# A real attester: data was to leave it, and then its power failed.
start_tpm
mkdir data next
./make_log data data
./make_log next data 0 c1
cp data/firmware firmware
# The log ends before record 14, which refuses something.
all=$(log_until 14 data)
lines=$(wc -l <data/extends)
head -n $((lines - all + 14)) data/extends >part
extend_lines part 1 >/dev/null
configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon
verifier_conf "policies = ( {
	name = \"plc\";
	digests = [ \"$work/data/known.txt\" ];
	reference = \"$work/data/boot.json\";
} );"
ok "the verifier starts" start_verifier
fleet admin /devices -d "{\"name\":\"press1\",\"policy\":\"plc\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "trusted" becomes press1 '.state == "trusted" and .records == 14'
ok "the verifier ends" stop_verifier
ak=$(live --digests data/known.txt --reference data/boot.json --ak ak --learn-ak \
	--state state --json | jq -r .verdict)
ok "shinrai-verify judged it, too" test "$ak" = trusted
extend_lines data/extends $((lines - all + 15)) >/dev/null
cp data/log log
spooled() {
	cmp -s data/log spool/b0*/log.cel
}
ok "something is refused, and spooled" soon 10 spooled
stop_daemon KILL
kill "$tpm_pid"
wait "$tpm_pid" 2>/dev/null || true
start_tpm
log_until 14 next >/dev/null
head -n $((lines - all + 14)) next/extends >part
extend_lines part 1 >/dev/null
configure "firmware_log = \"$work/firmware\";" "port = $port;"
ok "it boots anew" start_daemon
ok "the verifier begins again" start_verifier
ok "trusted, in the new boot" becomes press1 '.state == "trusted" and .fresh and
	(.verdict.boot_id | startswith("c1"))'
ok "what was refused before is told whole" in_time '.[-1] | .type == "past" and
	.state == "trusted" and .violations == 0 and (.past | length == 1) and
	(.past[0] | .first == 14 and .violations == 2 and .reasons == [] and
	.left_out == {reasons: 0, accesses: 0} and (.accesses | length == 1) and
	(.accesses[0] | .record == 14 and .outcome == "refused" and
	.sink.address == "192.0.2.9" and .who.exe == "/usr/bin/curl" and
	.labels[0].namespace == "acme"))'
seen=$(jq length opened)
sleep 3
ok "once" entries "length == $seen"
live --digests data/known.txt --reference data/boot.json --ak ak \
	--state state --json >verdict || true
ok "shinrai-verify notes it" jq -e '.verdict == "trusted" and (.notes |
	any(test("an earlier one: [0-9]+ records from 14 on came .* nothing proves them")) and
	any(test("unproven: record 14: .*refused by acme")))' verdict
live --digests data/known.txt --reference data/boot.json --ak ak \
	--state state --json >verdict || true
ok "once" jq -e '.verdict == "trusted" and
	(.notes | all(test("earlier") | not))' verdict
finish
