#!/bin/bash
# SPDX-License-Identifier: MIT
# Reference values in the formats of others, deny lists, and an IMA list that is
# held against a Keylime policy: one machine with a software TPM.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"

start_tpm
make_certs
mkdir good
./make_log good good
cp good/firmware firmware
: >log
configure "firmware_log = \"$work/firmware\"; ima_log = \"$work/ima\";"
list() { # NAME TEXT: what IMA measured, and what the TPM saw of it
	"$src/ima_list.py" "$@"
}
extend_lines good/extends 1 >/dev/null
cp good/log log
pcrs=$(tpm2_pcrread -Q -o pcrs sha256:0,1,2,3,4,5,6,7,8,9 &&
	od -An -v -tx1 pcrs | tr -d ' \n')
list --big-endian ima "boot_aggregate=$pcrs" /bin/ls=ls "/etc/a b=conf" \
	/var/log/x=violation >extends
while read -r line; do tpm2_pcrextend "$line"; done <extends
ok "shinraid starts" start_daemon
ok "evidence with a big-endian IMA list" exits 0 live --ak ak --learn-ak \
	--digests good/known.txt --reference good/boot.json --save saved
ok "it replays; what was violated is told" exits 0 offline saved \
	--digests good/known.txt --reference good/boot.json --json
ok "in so many entries" jq -e '(.notes | any(test("quoted PCR 10: 4 entries"))
	and any(test("has violations: 1 of its entries")))' out

# The digests of the list in other formats, by jq alone.
digests() {
	sed -n 's/^\([0-9a-f]\{64\}\) [a-z]* \(.*\)/\1 \2/p' good/known.txt
}
digests | jq -Rn '{spdxVersion: "SPDX-2.3", name: "plc", files: [inputs |
	split(" ") | {fileName: .[1], checksums: [{algorithm: "SHA256",
	checksumValue: .[0]}]}]}' >spdx.json
digests | jq -Rn '{bomFormat: "CycloneDX", specVersion: "1.5", components:
	[inputs | split(" ") | {type: "file", name: .[1], hashes:
	[{alg: "SHA-256", content: .[0]}]}]}' >cdx.json
sha() {
	printf %s "$1" | sha256sum | cut -d' ' -f1
}
jq -n --arg ls "$(sha ls)" --arg conf "$(sha conf)" '{meta: {version: 1},
	digests: {"/bin/ls": [$ls], "/etc/a b": [$conf]},
	excludes: ["/var/log/.*"], ima: {shinrai_excluded_violations: true}}' \
	>keylime.json

held() { # STATUS FILE...: judged by these reference values
	local status=$1 file args=()
	shift
	for file; do args+=(--reference "$file"); done
	exits "$status" offline saved --reference good/boot.json "${args[@]}" \
		--json
}
reason() {
	jq -e --arg code "$1" --arg text "$2" '.reasons[0] |
		.code == $code and (.detail | contains($text))' out
}
ok "SPDX: trusted" held 0 spdx.json
ok "said in the verdict" jq -e '.notes |
	any(test("known digests: SPDX-2.3 plc: [0-9]+ files"))' out
ok "CycloneDX: trusted" held 0 cdx.json
jq 'del(.files[] | select(.fileName | endswith("/id")))' spdx.json >fewer.json
ok "a file less: untrusted" held 3 fewer.json
ok "with the file" reason code-unknown /bin/id
ok "the other file has it: trusted" held 0 fewer.json cdx.json

printf '# shinrai-deny v1\n%s CVE-2026-1\n' "$(sha ls)" >deny.list
ok "denied though known: untrusted" held 3 deny.list spdx.json
ok "with file, digest and list" reason code-denied \
	"/bin/ls, SHA-256 $(sha ls), list deny.list"
among() { # CODE DETAIL
	jq -e --arg code "$1" --arg detail "$2" \
		'.reasons | any(.code == $code and .detail == $detail)' out
}
ok "IMA measured it, too" among ima-denied \
	"entry 1: /bin/ls, sha256 $(sha ls), list deny.list"

ok "Keylime: trusted, and IMA proven" held 0 keylime.json spdx.json
ok "with the boot aggregate of this boot" jq -e '.ladder | any(.step == "IMA log"
	and .proven)' out
jq '.excludes = []' keylime.json >strict.json
ok "a violation that is not excluded: untrusted" held 3 strict.json spdx.json
ok "with its path" reason ima-violation /var/log/x
jq 'del(.ima)' keylime.json >claims.json
ok "which is its own word: untrusted unless that is wanted" held 3 claims.json \
	spdx.json
ok "with the path that it claims" reason ima-violation /var/log/x
jq 'del(.digests["/etc/a b"])' keylime.json >less.json
ok "a file that is not known: untrusted" held 3 less.json spdx.json
ok "with its path and digest" reason ima-unknown \
	"entry 2: /etc/a b, sha256 $(sha conf)"
jq '.digests["/bin/id"] = .digests["/bin/ls"] | del(.digests["/bin/ls"])' \
	keylime.json >moved.json
ok "a file at another path: untrusted" held 3 moved.json good/boot.json
ok "which is said" jq -e '.reasons | any(.code == "ima-unknown" and
	(.detail | test("/bin/ls.*known at another path only")))' out

# DSSE, signed by openssl.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out sign.key
openssl pkey -in sign.key -pubout -out sign.pem
openssl pkey -in client.key -pubout -out other.pem
type=application/vnd.keylime+json
{ printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(stat -c %s keylime.json)"
	cat keylime.json; } | openssl dgst -sha256 -sign sign.key -out sig
jq -n --arg type "$type" --arg payload "$(base64 -w0 keylime.json)" \
	--arg sig "$(base64 -w0 sig)" '{payloadType: $type, payload: $payload,
	signatures: [{keyid: "", sig: $sig}]}' >signed.json
dsse() { # STATUS FILE OPTION...
	exits "$1" offline saved --reference good/boot.json --reference \
		spdx.json --reference "$2" "${@:3}"
}
ok "signed: trusted" dsse 0 signed.json --reference-key sign.pem
ok "by another key: refused" dsse 1 signed.json --reference-key other.pem
ok "says so" grep -q 'signed.json: not signed by a reference key' msg
ok "one of two keys" dsse 0 signed.json --reference-key other.pem \
	--reference-key sign.pem
ok "without a key: refused" dsse 1 signed.json
ok "not signed, with a key: refused" dsse 1 keylime.json --reference-key sign.pem
jq --arg p "$(jq -c '.excludes = ["/"]' keylime.json | base64 -w0)" \
	'.payload = $p' signed.json >altered.json
ok "altered: refused" dsse 1 altered.json --reference-key sign.pem
ok "no format that is known" dsse 1 sig
ok "no key" dsse 1 keylime.json --reference-key keylime.json

# Signed beside it, by openssl; digests.5 has the form.
for who in ref stranger; do
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=$who" \
		-keyout $who.key -out $who.pem 2>/dev/null
done
sign() { # WHO FILE...
	local file
	for file in "${@:2}"; do
		openssl cms -sign -binary -noattr -md sha256 -nocerts -outform \
			DER -signer "$1.pem" -inkey "$1.key" -in "$file" \
			-out "$file.sig"
	done
}
beside() { # STATUS FILE OPTION...
	exits "$1" offline saved --reference good/boot.json --reference "$2" \
		--reference-signer ref.pem "${@:3}"
}
sign ref good/boot.json spdx.json good/known.txt
ok "signed beside them: trusted" beside 0 spdx.json --json
ok "by whom the verdict says" jq -e '.notes |
	any(. == "reference values: 2 signed by CN=ref")' out
ok "a list, too" beside 0 good/known.txt
ok "without a signer it says so" exits 0 offline saved --reference \
	good/boot.json --reference spdx.json --json
ok "of how many" jq -e '.notes | any(. ==
	"reference values of 2 files were taken without a signature")' out
ok "one that is not signed: refused" beside 1 cdx.json
ok "says so" grep -q 'cdx.json: not signed: there is no cdx.json.sig' msg
sign stranger cdx.json
ok "by another: refused" beside 1 cdx.json
ok "says so" grep -q 'cdx.json: signed by somebody who is not' msg
echo >>spdx.json
ok "altered: refused" beside 1 spdx.json
ok "says so" grep -q 'spdx.json: it is not what was signed' msg
ok "an envelope has a signature of its own" beside 0 signed.json \
	--reference-key sign.pem --reference good/known.txt
ok "which must be of a key" beside 1 signed.json --reference-key other.pem
ok "nothing else will do" beside 1 keylime.json --reference-key sign.pem
ok "says so" grep -q 'keylime.json: not signed: there is no' msg
stop_daemon
finish
