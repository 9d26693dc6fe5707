#!/bin/bash
# SPDX-License-Identifier: MIT
# Owners, policies and flows, from shinraid's answer to the verdict.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"

start_tpm
make_certs
mkdir data left
./make_log data data
./make_log left left
cp data/log log
cp data/firmware firmware
extend_lines data/extends 1 >/dev/null
configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon

hold=(--digests data/known.txt --reference data/boot.json)
# Policies of forge_data.c: an owner's number and the generation.
policy() {
	echo "$1$2" | basenc -d --base16 | sha256sum | cut -d' ' -f1
}
acme=$(policy 00 07) beta=$(policy 01 03)
key=$(printf acme | sha256sum | cut -d' ' -f1)

ok "trusted" exits 0 live "${hold[@]}" --ak ak --learn-ak --state state.json \
	--json --save saved
owners() {
	jq -e --arg acme "$acme" --arg key "$key" '.data |
	.mode == "enforce" and .labels_lost == 0 and
	.flows == {"allowed":2,"audited":2,"refused":2,"left":0} and
	([.owners[].namespace] == ["acme", "beta"]) and
	(.owners[0] | .revoked == false and .owner == $key and
	 .policy == {"generation":7,"sha256":$acme,"rules":12})' out
}
ok "owners, policies in force and flows are told" owners
ok "what was refused is a note, with its record" jq -e '.notes |
	any(test("^record 14: program /usr/bin/curl .* of user 1000 [(]logged in " +
	"as 1001[)] tried to send acme/a0a0a0a0-.* to 192.0.2.9:443/tcp, " +
	"2 times, 4096 bytes: refused by acme policy generation 7, line 12$"))' out
ok "and what was audited" jq -e '.notes | any(test("^record 13: .* sent beta/" +
	".*: audited by beta policy generation 3, line 12$"))' out
ok "the ladder knows data" jq -e '.ladder[] | select(.step == "data") | .proven' \
	out
ok "trusted, for people" exits 0 offline saved "${hold[@]}"
ok "says who owns data" grep -q '^    acme  *policy generation 7, 12 rules$' out
ok "says what became of it" grep -q \
	'^  data .* proven, enforced: flows 2 allowed, 2 audited, 2 refused, 0 left' out
ok "policies that are required are in force" exits 0 live "${hold[@]}" --ak ak \
	--state state.json --require-policy "$acme" --require-policy "$beta"
ok "one that is not" exits 3 live "${hold[@]}" --ak ak --state state.json \
	--require-policy "$(policy 00 08)" --json
ok "with the reason" jq -e '.reasons[0] | .code == "policy-absent" and
	(.detail | test("'"$(policy 00 08)"'"))' out
ok "that is not remembered" exits 0 live "${hold[@]}" --ak ak --state state.json
for wrong in "${acme:1}" "${acme}0" "${acme/%?/x}" ''; do
	ok "--require-policy '$wrong': usage" exits 2 live \
		--require-policy "$wrong"
done

# One record more: a flow that was denied, and happened.
lines=$(wc -l <data/extends)
extend_lines left/extends $((lines + 1)) >/dev/null
cp left/log log
openssl ecparam -name prime256v1 -genkey -noout -out ear.key
ok "data left: untrusted" exits 3 live "${hold[@]}" --ak ak --state state.json \
	--ear-key ear.key --ear-out verdict.jwt --json
ok "who, what, where to, by which rule" jq -e '.reasons[0] |
	.code == "data-left" and .record == 15 and (.detail | test("of user 1000 " +
	".* sent beta/.* to 192.0.2.9:443/tcp.*: against beta policy generation " +
	"3, line 12$"))' out
claims() {
	cut -d. -f2 verdict.jwt | tr _- /+ | base64 -d 2>/dev/null
}
ok "the EAR has it, too" jq -e '.submods.shinrai |
	."ear.status" == "contraindicated" and
	."ear.trustworthiness-vector" == {"instance-identity": 2, "hardware": 0,
	"configuration": 96, "executables": 2} and
	(."shinrai.verdict".data | .flows.left == 2 and .owners[1].policy.rules == 12)
	' <(claims)
ok "it stays so in this boot" exits 3 live "${hold[@]}" --ak ak \
	--state state.json
stop_daemon
finish
