#!/bin/bash
# SPDX-License-Identifier: MIT
# An IMA list of 1 MiB travels once; after that new entries alone, also when the
# verifier begins anew, or judges by another policy.  What does not join is asked for
# once more, all of it.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

# list FIRST LAST: entries of 4 KiB, but for the 7th, in "list"; how they are extended,
# in "extends"
long=/$(printf 'x%.0s' $(seq 4000))
list() {
	local args=() i
	for i in $(seq "$1" "$2"); do
		args+=("$long/$i=$i")
	done
	[ "$1" -ne 1 ] || args[6]=/bin/seven=7
	"$src/ima_list.py" list "${args[@]}" >extends
}
extend_ima() {
	xargs -n 50 tpm2_pcrextend <extends
}
# covers N: that many entries, and it is trusted
covers() {
	becomes press1 ".state == \"trusted\" and .fresh and (.verdict.notes |
		any(. == \"IMA log replays to the quoted PCR 10: $1 entries\"))"
}

start_tpm
make_fleet_certs
good_device
"$src/ima_list.py" list "$long/1=1" >/dev/null
first=$(stat -c %s list)
list 1 250
mv list ima
extend_ima
configure "firmware_log = \"$work/firmware\"; ima_log = \"$work/ima\";"
ok "shinraid starts" start_daemon
verifier_conf "$good_policy"
ok "the verifier starts" start_verifier
fleet admin /devices -d "{\"name\":\"press1\",\"policy\":\"plc\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "the list is judged" covers 250
ok "and came whole" test "$(received)" -gt 1000000
before=$(received)
ok "it is judged again and again" often 3
ok "and did not come again" little "$before" 300000

list 251 252
cat list >>ima
head -n 1 extends >one
ok "more entries are there than the quote covers" often 2
ok "which makes no difference" covers 250
ok "one of them is extended" xargs tpm2_pcrextend <one
ok "and judged" covers 251
tail -n 1 extends >one
ok "the other one, too" xargs tpm2_pcrextend <one
ok "is judged" covers 252
ok "and they came alone" little "$before" 600000

ok "the verifier ends" stop_verifier
ok "and begins anew" start_verifier
ok "it is judged again and again" often 3
ok "all of it" covers 252
ok "and it did not come again" test "$(received)" -lt 1000000

# Another list: what comes of it in part does not join, and all of it is no good.
cp ima whole
tail -c "+$((first + 1))" whole >ima
ok "an entry is lost" becomes press1 '.state == "untrusted" and
	.code == "ima-replay"'
head -c $((first * 3)) whole >ima
ok "the end is lost" often 2
ok "untrusted" device press1 '.code == "ima-replay"'
cp whole ima
ok "it is whole again" covers 252
before=$(received)
ok "it is judged again and again" often 3
ok "and did not come again" little "$before" 300000
head -c 90 /dev/zero >>ima
ok "bytes that are no entries follow: untrusted" becomes press1 \
	'.state == "untrusted" and .code == "ima-syntax"'
cp whole ima
ok "they are gone" covers 252

less_sent() { # BEFORE BYTES: the device, since then
	echo "$(($(sent) - $1)) bytes"
	[ $(($(sent) - $1)) -lt "$2" ]
}
# Another policy sees all of it, though nothing of it comes.
printf '# shinrai-deny v1\n%s CVE-2026-1\n' "$(printf 7 | sha256sum |
	cut -d' ' -f1)" >deny.list
verifier_conf "policies = ( { name = \"plc\"; reference = [ \"$work/deny.list\",
	\"$work/good/known.txt\", \"$work/good/boot.json\" ]; } );"
before=$(sent)
kill -HUP "$verifier_pid"
ok "an entry is denied" becomes press1 '.state == "untrusted" and
	.code == "ima-denied"'
ok "for which it did not come again" less_sent "$before" 300000
before=$(sent)
ok "it is judged again and again" often 3
ok "untrusted still" device press1 '.state == "untrusted" and .fresh and
	.code == "ima-denied" and .verdict.reasons[0].detail[:8] == "entry 6:"'
ok "so it is for others" ear press1 '.submods.shinrai |
	."ear.status" == "contraindicated" and
	."ear.trustworthiness-vector" == {"instance-identity": 2, "hardware": 0,
	"configuration": 2, "executables": 96}'
ok "and it did not come again" less_sent "$before" 300000
ok "the verifier ends" stop_verifier

# One-shot, with a state of its own.
hold=(--reference good/known.txt --reference good/boot.json --state state.json)
ok "shinrai-verify: trusted" exits 0 live "${hold[@]}" --learn-ak --ak ak
ok "it remembers the list" jq -e '.ima.entries == 252 and .ima.bank == 11' \
	state.json
ok "and goes on" exits 0 live "${hold[@]}" --ak ak --json
ok "with all of it" jq -e '.notes | any(. ==
	"IMA log replays to the quoted PCR 10: 252 entries")' out
jq '.ima.offset -= 1' state.json >other.json && mv other.json state.json
ok "what it remembers wrongly it asks for again" exits 0 live "${hold[@]}" --ak ak
ok "then it remembers that" jq -e ".ima.offset == $(stat -c %s whole)" state.json
stop_daemon

finish
