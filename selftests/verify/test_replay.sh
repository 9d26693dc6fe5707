#!/bin/bash
# SPDX-License-Identifier: MIT
# replay and quote: exit status, values and reasons, as text and as JSON.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
verify=${BUILD:-$top/build}/user/shinrai-verify
vectors=${SHINRAI_VECTORS:-$top/../shared/vectors}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

# expect TEXT STATUS PATTERN ARG...: runs the program, looks at what it prints.
expect() {
	local text=$1 status=$2 pattern=$3 rc=0
	shift 3
	number=$((number + 1))
	"$verify" "$@" >"$work/out" 2>&1 || rc=$?
	if [ "$rc" -eq "$status" ] && grep -qE -e "$pattern" "$work/out"; then
		echo "ok $number - $text"
	else
		echo "not ok $number - $text (status $rc)"
		sed 's/^/# /' "$work/out"
	fi
}

unhex() {
	python3 -c 'import sys
sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))'
}

# fixture JQ-FILTER FILE: bytes of a hexadecimal member of the fixtures.
fixture() {
	jq -er "$1" "$top/selftests/unit/fixtures.json" |
		unhex >"$work/$2"
}

jq -er '.records[].cel' "$top/userspace/testvectors.json" | unhex \
	>"$work/cel"
sha256=$(jq -er '.replay.sha256["12"]' "$top/userspace/testvectors.json")
expect "a log of ours" 0 "^sha256 PCR 12  $sha256\$" replay cel "$work/cel"
expect "the same in JSON" 0 "\"result\":\"consistent\".*\"12\":\"$sha256\"" \
	replay cel "$work/cel" --json
head -c -1 "$work/cel" >"$work/cut"
expect "a cut log" 3 '^malformed: entry 7 at byte' replay cel "$work/cut"
{ cat "$work/cel"; printf x; } >"$work/more"
expect "a trailing byte" 3 '"verdict":"malformed"' \
	replay cel "$work/more" --json
truncate -s 65M "$work/long"
expect "a log longer than an answer is read" 3 '^malformed: entry 0 at byte' \
	replay cel "$work/long"
truncate -s 257M "$work/long"
expect "one that no appraisal would take is not" 1 'cannot read .*long' \
	replay cel "$work/long"
rm "$work/long"
: >"$work/empty"
expect "an empty log" 4 '^empty: 0 entries' replay cel "$work/empty"
# The type of the last CODE event becomes another one.
python3 - "$work" <<'PY'
import sys
d = bytearray(open(sys.argv[1] + "/cel", "rb").read())
at = d.rindex(b"\x00\x03\x01\x00\x00\x01")
d[at + 1] = 0x43
open(sys.argv[1] + "/event", "wb").write(d)
PY
expect "an edited event" 3 'wrong: entry 2 .*\(root\)$' \
	replay cel "$work/event"

fixture '.ima[0].log' ima
pcr=$(jq -er '.ima[0].pcr10.sha384' "$top/selftests/unit/fixtures.json")
expect "an IMA list" 0 "^sha384 PCR 10  $pcr\$" replay ima "$work/ima"
fixture '.ima[1].log' ima-be
expect "a big-endian one" 0 "PCR 10  $(jq -er '.ima[1].pcr10.sha1' \
	"$top/selftests/unit/fixtures.json")\$" \
	replay ima --big-endian "$work/ima-be"
expect "seen to be one" 0 '"big_endian":true' replay ima --json "$work/ima-be"
fixture '.ima[] | select(.name == "edited path") | .log' ima-wrong
expect "an edited path" 3 'wrong: entry 1 .*\(template-hash\)$' \
	replay ima "$work/ima-wrong"
fixture '.ima[] | select(.name == "unknown template") | .log' ima-other
expect "an unknown template" 4 'cannot tell: entry 1 .*\(template-unknown\)$' \
	replay ima "$work/ima-other"

fixture '.bootlog[0].log' boot
pcr=$(jq -er '.bootlog[0].pcrs.sha256["4"]' \
	"$top/selftests/unit/fixtures.json")
expect "a firmware log" 0 "^sha256 PCR  4  $pcr\$" replay bootlog "$work/boot"
expect "Secure Boot in JSON" 0 '"secure_boot":"on"' \
	replay bootlog --json "$work/boot"
head -c 34 /dev/urandom >"$work/bogus"
printf '\377\377\377\377' | dd of="$work/bogus" conv=notrunc status=none
expect "34 bytes of nothing" 3 '\(header\)$' replay bootlog "$work/bogus"

for part in attest signature public pcrs; do
	fixture ".quotes[0].$part" "$part"
done
jq -er '.quotes[0].pem' "$top/selftests/unit/fixtures.json" >"$work/key.pem"
nonce=$(jq -er '.quotes[0].nonce' "$top/selftests/unit/fixtures.json")
quote=(quote --attest "$work/attest" --signature "$work/signature"
	--key "$work/key.pem")
expect "a quote" 0 '^valid$' "${quote[@]}" --nonce "$nonce" \
	--pcrs "$work/pcrs" --no-resettable
expect "says what was not checked" 0 'not checked: freshness' "${quote[@]}"
expect "another nonce" 3 '^refused: .*\(nonce\)$' "${quote[@]}" --nonce 00
expect "another nonce in JSON" 3 '"faults":\[\{"code":"nonce"' \
	"${quote[@]}" --nonce 00 --json
cp "$work/attest" "$work/forged"
printf 'x' | dd of="$work/forged" conv=notrunc status=none
expect "not made by a TPM" 3 '\(magic\)$' "${quote[@]}" \
	--attest "$work/forged"

expect "no such file" 1 'cannot read .*No such file' replay cel "$work/none"
expect "no such file, in JSON" 1 '^\{"error":\{"code":"read"' \
	replay cel "$work/none" --json
expect "no such kind" 2 'no such kind of log' replay other "$work/cel"
expect "no operand" 2 '"code":"usage"' replay --json
expect "no key" 1 'no key in' "${quote[@]}" --key "$work/cel"
expect "bad nonce" 2 'not hexadecimal' "${quote[@]}" --nonce zz
expect "help" 0 '^usage: shinrai-verify replay' replay --help

keylime=$vectors/quotes/keylime
if [ -d "$keylime" ]; then
	quote=(quote --attest "$keylime/quote.out"
		--signature "$keylime/quotesig.out" --key "$keylime/akpub.pem"
		--pcrs "$keylime/quotepcr.out")
	expect "keylime's quote" 0 '^valid$' "${quote[@]}"
	expect "its PCR 16 refused" 3 'pcr-resettable' "${quote[@]}" \
		--no-resettable
else
	number=$((number + 1))
	echo "ok $number - keylime's quote # SKIP no $keylime"
fi
echo "1..$number"
