#!/bin/bash
# SPDX-License-Identifier: MIT
# Violation reports: what shinraid serves, and what shinrai-verify makes of it.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
ctl=$(realpath "$BUILD/user/shinraictl")

start_tpm
make_certs
mkdir left
./make_log left left
cp left/log log
cp left/firmware firmware
extend_lines left/extends 1 >/dev/null
configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon

# What is served, by other tools than ours.
violations
answers 200 "a report is served"
ok "quote, tree, PCR values and abridged log fit together" \
	evidence verify-report "$last_nonce" "$(spki client.pem)"
ok "it holds what a reader needs" test "$(evidence report-keys)" = \
	"ak attest challenge firmware log machine pcrs signature"
ok "of most records there is nothing but the header" test "$(
	evidence abridged)" = "0 12 0 left 1
1 12 3 left 2
2 12 0 left -
3 12 0 left -
4 13 0 left 7
5 12 0 left -
6 12 0 left 10
7 12 0 left -
8 12 0 left 12
9 12 0 left 12
10 12 0 left 13
11 12 0 left 13
12 12 0 left 7 7
13 13 0 left -
14 13 0 left 15
15 13 0 left 15"
ok "no path of code is in it" bash -c "! grep -q /lib/libc.so.6 body"
ok "the machine says what was asked for" jq -e '.since == 0 and .name' \
	<(evidence report-item machine)
cp body report
violations '"since":15'
ok "only what is new" grep -q '^14 13 0 left -$' <(evidence abridged)
ok "is shown" grep -q '^15 13 0 left 15$' <(evidence abridged)
violations '"since":16'
ok "nothing is new" test "$(evidence abridged | grep -c ' 15$')" -eq 0
violations '"since":17'
ok "beyond the log: all again" grep -q '^14 13 0 left 15$' <(evidence abridged)
violations '"since":15,"boot_id":"00000000000000000000000000000000"'
ok "of another boot: all again" grep -q '^14 13 0 left 15$' <(
	evidence abridged)

refused() { # BODY WHY
	ask /v1/violations -d "$1"
	answers 400 "$2"
}
n16='"nonce":"AAAAAAAAAAAAAAAAAAAAAA"'
refused '{}' "no nonce"
refused "{$n16,\"since\":-1}" "a negative record"
refused "{$n16,\"since\":\"1\"}" "a record in quotes"
refused "{$n16,\"from\":1}" "from belongs to evidence"
refused "{$n16,\"items\":[]}" "items belong to evidence"
ask /v1/evidence -d "{$n16,\"since\":1}"
answers 400 "since belongs to reports"
ask /v1/violations
answers 405 "GET of a report"

# What a verifier makes of it.
hold=(--digests left/known.txt --reference left/boot.json)
ok "the key is pinned" exits 3 live "${hold[@]}" --ak ak --learn-ak \
	--save saved --json
ok "the machine is untrusted" jq -e '.reasons[0].code == "data-left"' out
report() { # FILE OPTION...
	local file=$1
	shift
	"$verify" report "$file" --ak ak --reference left/boot.json "$@"
}
ok "the report is proven, whoever asked for it" exits 0 report report --json
ok "two violations, with all there is to say" jq -e '.report == "proven" and
	(.violations | length == 2) and (.violations[1] |
	.record == 15 and .event == 0 and .outcome == "left" and
	.time == "2023-11-14T22:13:20.123456789Z" and .action == "send" and
	.sink == {"kind":"inet","address":"192.0.2.9","port":443,
		"protocol":"tcp"} and
	.count == 2 and .bytes == 4096 and .who.exe == "/usr/bin/curl" and
	.who.uid == 1000 and .who.login_uid == 1001 and .who.cgroup == 77 and
	(.who.sha256 | length == 64) and .labels[0].namespace == "beta" and
	.labels[0].uuid == "a1a1a1a1-a1a1-a1a1-a1a1-a1a1a1a1a1a1" and
	.policy.namespace == "beta" and .policy.generation == 3 and
	.policy.line == 12) and .violations[0].outcome == "refused"' out
ok "the TPM's clock, the boot, the policies in force" jq -e '.clock.ms >= 0 and
	(.boot_id | length == 32) and .data.owners[1].policy.generation == 3 and
	.quoted_record == 15 and .left_out_flow == 3' out
ok "it says nothing of the machine" jq -e 'has("verdict") | not' out
ok "for people" exits 0 report report
ok "one word" grep -q '^PROVEN: what is listed was recorded; root unproven' out
ok "in plain words" grep -qE '^- 2023-11-14T22:13:20Z record 14: program '"\
"'/usr/bin/curl \(sha256 [0-9a-f]{64}\) of user 1000 \(logged in as 1001\) '"\
"'tried to send acme/a0a0a0a0-.* to 192.0.2.9:443/tcp, 2 times, 4096 bytes: '"\
"'refused by acme policy generation 7, line 12$' out
ok "the rest is not said to be none" grep -q \
	'^  data .*: of the flows shown 0 allowed, 0 audited, ' out
ok "and what is not shown" grep -q '^3 other events of the flow PCR' out
ok "saved evidence proves violations, too" exits 0 report saved --json
ok "and that there are no others" jq -e '.left_out == 0 and
	(.violations | length == 2)' out
ok "says so" grep -q 'there is no other violation up to the quote' <(
	report saved)
ok "no pinned key: unproven" exits 4 "$verify" report report \
	--reference left/boot.json
ok "no references: unproven" exits 4 "$verify" report report --ak ak --json
ok "boot chain unproven" jq -e '.report == "unproven" and
	.headline == "boot chain unproven" and (.violations | length == 2)' out
ok "another key is pinned: refuted" exits 3 "$verify" report report \
	--ak <(echo "000b$(printf '%064d' 1)") --reference left/boot.json --json
ok "with the reason" jq -e '.report == "refuted" and
	.reasons[0].code == "ak-other"' out
sed 's|/usr/bin/curl|/usr/bin/wget|' report >edited
ok "another program is blamed: refuted" exits 3 report edited --json
ok "with the reason" jq -e '[.reasons[] | select(.code == "record-root") |
	.record] | contains([14, 15])' out
ok "a report is no evidence" exits 1 offline report "${hold[@]}"
ok "says what to do" grep -q 'use shinrai-verify report' msg
ok "evidence is cut" exits 1 report <(head -c 1000 report)

ok "asked for over the network" exits 0 live --ak ak \
	--reference left/boot.json --violations --since 15 --save fresh --json
ok "what is new" jq -e '[.violations[].record] == [15]' out
ok "and fresh" jq -e '(.ladder[] | select(.step == "freshness") | .proven) and
	.time' out
ok "saved, on the word of who asked" exits 0 report fresh \
	--verifier-cert client.pem --json
ok "as of when it says" jq -e '(.notes | any(test("saved at .* /CN=client"))) and
	(.ladder[] | select(.step == "freshness") | .proven)' out
openssl ecparam -name prime256v1 -genkey -noout -out ear.key
ok "signed for others" exits 0 report report --ear-key ear.key \
	--ear-out report.jwt
ok "the EAR has the violations and judges no machine" jq -e '
	.submods.shinrai | ."ear.status" == "none" and
	(."shinrai.report".violations | length == 2)' <(
	cut -d. -f2 report.jwt | tr _- /+ | base64 -d 2>/dev/null)
ok "one that is refuted is signed" exits 3 "$verify" report report --ak <(
	echo "000b$(printf '%064d' 1)") --reference left/boot.json \
	--ear-key ear.key --ear-out report.jwt
ok "by the status alone it is seen" jq -e '
	.submods.shinrai."ear.status" == "contraindicated"' <(
	cut -d. -f2 report.jwt | tr _- /+ | base64 -d 2>/dev/null)
ok "labels are called as a policy calls them" exits 0 report report \
	--policy left/acme.pol
cp out words
ok "where one is given" grep -q 'tried to send acme/drawings to ' words
ok "in JSON" jq -e '[.violations[].labels[0].name] == ["drawings", null]' <(
	report report --policy left/acme.pol --json)
ok "shinraictl tells the same, of the log alone" diff <(
	"$ctl" violations list --policy left/acme.pol -- log) <(
	grep '^- 2' words | cut -c3-)
proof() {
	"$ctl" violations show 14 log --json | jq -cS .proof
}
ok "and names the record that proves it" diff <(proof) <(
	"$ctl" log show --json --records log --from 14 --count 1 | jq -cS .)
ok "no policy" exits 1 report report --policy left/boot.json
ok "says what to do" grep -q 'what shinraictl policy compile wrote' msg
ok "--since alone: usage" exits 2 live --since 3
ok "--since x: usage" exits 2 live --violations --since x
served() { # EXIT FILE LIVE-OPTION...
	local want=$1 file=$2 port pid
	shift 2
	coproc SERVE { python3 "$src/serve.py" "$file"; }
	# shellcheck disable=SC2153
	pid=$SERVE_PID
	read -r port <&"${SERVE[0]}"
	exits "$want" live "$@" && wait "$pid"
}
ok "a report instead of evidence: untrusted" served 3 report "${hold[@]}" \
	--ak ak
ok "evidence instead of a report: refuted" served 3 saved --violations --ak ak
stop_daemon
finish
