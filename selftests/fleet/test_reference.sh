#!/bin/bash
# SPDX-License-Identifier: MIT
# shinrai-verifier holds one device against reference values of other formats, one
# after the other: each start judges anew what it knows.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

sha() {
	printf %s "$1" | sha256sum | cut -d' ' -f1
}
start_tpm
make_fleet_certs
good_device
"$src/ima_list.py" ima /bin/ls=ls /tmp/x=scratch >extends
while read -r line; do tpm2_pcrextend "$line"; done <extends
sed -n 's/^\([0-9a-f]\{64\}\) [a-z]* \(.*\)/\1 \2/p' good/known.txt |
	jq -Rn '{bomFormat: "CycloneDX", specVersion: "1.6", components:
		[inputs | split(" ") | {type: "file", name: .[1], hashes:
		[{alg: "SHA-256", content: .[0]}]}]}' >bom.json
printf '# shinrai-deny v1\n%s CVE-2026-1\n' "$(sha ls)" >deny.list
jq -n --arg ls "$(sha ls)" '{meta: {version: 1}, digests: {"/bin/ls": [$ls]},
	excludes: ["/tmp/"]}' >keylime.json
jq '.excludes = []' keylime.json >strict.json

against() { # FILE...: the verifier, started anew with these
	local files
	files=$(printf ", \"$work/%s\"" "$@")
	[ -z "$verifier_pid" ] || stop_verifier || return
	verifier_conf "policies = ( { name = \"plc\"; reference = [
		\"$work/good/boot.json\" $files ]; } );"
	start_verifier
}
judged() { # STATE CODE TEXT: by what it was started with
	becomes plc-7 ".fresh and .state == \"$1\" and .code == \"$2\" and
		(.verdict | tostring | contains(\"$3\"))"
}
configure "firmware_log = \"$work/firmware\"; ima_log = \"$work/ima\";"
ok "shinraid starts" start_daemon
ok "a CycloneDX document" against bom.json
ok "a device is enrolled" said 201 fleet admin /devices -d "{\"name\":\"plc-7\",
	\"policy\":\"plc\",\"url\":\"https://127.0.0.1:$port/\"}"
ok "trusted by it" judged trusted "" "CycloneDX 1.6"
ok "without a signature, as it says" device plc-7 '.verdict.notes | any(. ==
	"reference values of 2 files were taken without a signature")'
fleet reader /policies >/dev/null
ok "as does the policy" jq -e '.policies[0] | .files == 2 and .unsigned == 2' body
ok "and a deny list" against bom.json deny.list
ok "untrusted" judged untrusted code-denied "list $work/deny.list"
ok "and a policy for IMA, without the deny list" against bom.json keylime.json
ok "trusted again" judged trusted "" "Keylime runtime policy, not signed"
ok "one that excludes nothing" against bom.json strict.json
ok "untrusted" judged untrusted ima-unknown "entry 1: /tmp/x, sha256"
ok "nothing but boot references, twice" against good/boot.json
ok "cannot tell" judged unknown digests-missing ""
stop_verifier
verifier_conf "policies = ( { name = \"x\"; reference = \"$work/ima\"; } );"
ok "what is no reference is refused at the start" exits 1 "$verifier" \
	--config verifier.conf
ok "by name" grep -q "$work/ima: line [0-9]*: neither a list nor JSON" msg
stop_daemon
finish
