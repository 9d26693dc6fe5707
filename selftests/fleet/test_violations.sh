#!/bin/bash
# SPDX-License-Identifier: MIT
# What was denied on a device is in the verifier's log, once, whether or not the
# device's state changes with it.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

start_tpm
make_fleet_certs
mkdir data left
./make_log data data
./make_log left left
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
} ); log_burst = 1; log_interval_s = 8;"
ok "the verifier starts" start_verifier
fleet admin /devices -d "{\"name\":\"press1\",\"policy\":\"plc\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "trusted" becomes press1 '.state == "trusted" and .records == 14'
entries() { # JQ: of all entries
	fleet reader /log/entries >/dev/null
	jq -c '[.entries[] | fromjson | [.type, .state, .violations,
		.verdict.data.flows.refused, .verdict.data.flows.left]]' body
	open_log | jq -e "$1"
}
ok "which is all that the log says" entries 'length == 1 and
	.[0].type == "change" and .[0].violations == 0'

extend_lines data/extends $((lines - all + 15)) >/dev/null
cp data/log log
ok "two more accesses, soon after: they are seen" becomes press1 \
	'.verdict.data.flows.refused > 0 and .fresh'
ok "not in the log yet: so nothing of them is acknowledged" entries 'length == 1'
ok "nor left behind" device press1 '.records == 14'
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
ok "killed, it begins again" start_verifier
ok "all is judged, and kept" becomes press1 ".records == $all"
ok "that is an entry, with the same state" entries 'length == 2 and
	.[1].type == "violations" and .[1].state == "trusted" and
	.[1].violations == 2 and (.[1].verdict.notes | any(test("refused by acme")))'
# As selftests/verify/forge_data.c has it.
ok "it has the access whole" entries '.[1].left_out == 0 and
	(.[1].accesses | length == 1) and (.[1].accesses[0] |
	.record == 14 and .count == 2 and .bytes == 4096 and .outcome == "refused"
	and .action == "send" and .sink == {kind: "inet", address: "192.0.2.9",
	port: 443, protocol: "tcp"} and .who.exe == "/usr/bin/curl" and
	.who.uid == 1000 and .who.login_uid == 1001 and .path == null and
	.policy.generation == 7 and .policy.line == 12 and
	.labels[0].namespace == "acme" and (.text | test("refused by acme")))'
sleep 2.5
ok "once" entries 'length == 2'
ok "the verifier ends" stop_verifier
ok "and begins anew" start_verifier
ok "judged again" becomes press1 '.fresh'
sleep 1.5
ok "it is still there once" entries 'length == 2'

extend_lines left/extends $((lines + 1)) >/dev/null
cp left/log log
ok "one that happened: untrusted" becomes press1 '.state == "untrusted"'
in_time() { # JQ: as soon as there may be another entry
	for _ in $(seq 60); do
		! entries "$1" || return 0
		sleep 0.2
	done
	return 1
}
ok "which is a change, by one more" in_time 'length == 3 and
	.[2].type == "change" and .[2].state == "untrusted" and
	.[2].violations >= 1 and .[2].verdict.data.flows.left == .[2].violations'
ok "the verifier ends" stop_verifier
finish
