#!/bin/bash
# SPDX-License-Identifier: MIT
# Golden values: what a device booted is learned, reviewed, signed and named in the
# policy; its twin is trusted by them, a device with another firmware is not.
# shellcheck disable=SC2016,SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

ctl() { # WHO VERB...: into out and err
	local who=$1
	shift
	SHINRAI_VERIFIER="https://127.0.0.1:$api" SHINRAI_CERT=$who.pem \
		SHINRAI_KEY=$who.key SHINRAI_CA=ca.pem \
		"$BUILD/user/shinraictl" "$@" >out 2>err
}
fails() {
	! "$@"
}
signer() { # NAME
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout \
		"$1.key" -out "$1.pem" 2>/dev/null
}
sign() { # NAME FILE...
	"$BUILD/user/shinraictl" reference sign "${@:2}" --cert "$1.pem" \
		--key "$1.key"
}
against() { # FILE...
	local files
	files=$(printf ", \"$work/%s\"" "$@")
	verifier_conf "missed = 2;" "policies = ( { name = \"sim\"; reference = [
		${files#,} ]; reference_signers = [ \"$work/ref.pem\" ]; } );"
}
policy() { # JQ
	fleet reader /policies >/dev/null
	jq -e ".policies[0] | $1" body
}
# refused PATTERN: the old policies stay, and what they are
refused() {
	local id
	id=$(policy .id)
	anew "$1.*; the old policies stay in use" || return
	[ "$(policy .id)" = "$id" ]
}
refuses_start() { # PATTERN
	fails "$verifier" --config verifier.conf 2>err && grep "$1" err
}

make_fleet_certs
signer ref
signer stranger
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim 4 2
sim firmware 2 >/dev/null # dev-0 and dev-1 are twins
jq 'del(.firmware)' boot.json >base.json
sign ref known.txt base.json
against known.txt base.json
ok "the verifier starts" start_verifier
ok "devices are enrolled" enrol_sim 4
ok "nobody's firmware is known" stands "unknown 4"
ok "says why" becomes dev-0 '.code == "firmware-unknown"'
ok "and whose word the rest is" device dev-0 '.verdict.notes |
	any(. == "reference values: 2 signed by CN=ref")'

ok "which the policy says, too" policy ".files == 2 and .unsigned == 0"

# What is learned.
ok "a reader may not learn" fails ctl reader fleet learn dev-0
ok "says so" grep -q 'answered 403' err
ok "an admin may" ctl admin fleet learn dev-0
ok "what is left out is said" test "$(grep -c 'left out' err)" -eq 2
ok "it is what booted, as python replays it" python3 - boot.json out <<'PY'
import json, sys
want, got = (json.load(open(name)) for name in sys.argv[1:])
assert got["format"] == want["format"]
assert set(got) == {"format", "learned", "firmware", "kernel"}
assert [k["sha256"] for k in got["kernel"]] == \
	[k["sha256"] for k in want["kernel"]]
pcrs = got["firmware"][0]["pcrs"]
assert sorted(pcrs) == ["0", "2", "3", "6", "7"]
for n, value in want["firmware"][0]["pcrs"].items():
	assert pcrs[n] == value
PY
sim key 0 >/dev/null
ok "of whom, when, by which key" jq -e --arg ak "$said" '.learned |
	.device == "dev-0" and .ak == $ak and .state == "unknown" and
	(.boot_id | test("^[0-9a-f]{32}$")) and (.since | endswith("Z")) and
	(has("ek") | not) and .policy == "sim"' out
ok "of the boot that it is in" test "$(jq -r .learned.boot_id out)" = "$(
	fleet admin /devices/dev-0/boot >/dev/null
	jq -r .boot_id body)"
ok "a command line that is another" fails ctl admin fleet learn dev-0 \
	--cmdline loud
ok "says which was measured" grep -q "measured was $(printf 'quiet\0' |
	iconv -t UTF-16LE | sha256sum | cut -d' ' -f1)" err
ok "all of it" ctl admin fleet learn dev-0 --arms --cmdline quiet --out \
	whole.json
ok "is what the forger says" diff <(jq -S '[(.kernel, .initramfs)[].sha256],
	.cmdline' whole.json) <(jq -S '[(.kernel, .initramfs)[].sha256],
	.cmdline' boot.json)
ok "firmware alone" ctl admin fleet learn dev-0 --firmware-only --out \
	golden.json
ok "is that alone" jq -e 'keys == ["firmware", "format", "learned"]' golden.json
ok "PCRs that are no firmware's" fails ctl admin fleet learn dev-0 \
	--firmware-pcrs 0,2,7,8
ok "a device that is not there" fails ctl admin fleet learn dev-9

# What does not bear it.
not_learned() { # DEVICE TEXT
	for _ in $(seq 50); do
		ctl admin fleet learn "$1" || break
		sleep 0.2
	done
	grep "answered 409: .*$2" err
}
sim bootlog 3 >/dev/null
ok "a firmware log that does not lead to the quote" not_learned dev-3 \
	"does not bear"
ok "is the verdict's reason" device dev-3 '.code == "firmware-replay"'
sim well 3 >/dev/null
ok "it can be learned again" becomes dev-3 '.code == "firmware-unknown"'
ok "and is" ctl admin fleet learn dev-3
sim alien 3 >/dev/null
ok "a quote by another key" not_learned dev-3 "does not bear"
ok "is the reason" device dev-3 '.verdict.reasons | any(.code == "ak-other" or
	.code == "signature")'
sim well 3 >/dev/null
ok "it is well again" becomes dev-3 '.code == "firmware-unknown"'
sim mute 3 >/dev/null
ok "a device that says nothing any more" not_learned dev-3 "too long ago"

# Signed, and in the policy.
against known.txt base.json golden.json
ok "not signed: refused" refused "golden.json: not signed"
sign stranger golden.json
ok "signed by a stranger: refused" refused "golden.json: signed by somebody"
sign ref golden.json
ok "signed: taken" anew "new policies are in use"
ok "it and its twin are trusted, the other is not" \
	stands "trusted 2 unknown 1 unreachable 1"
ok "the twin is dev-1" device dev-1 '.state == "trusted" and (.verdict.notes |
	any(startswith("firmware: learned from dev-0, 20")))'
ok "the other is dev-2, and why" device dev-2 '.code == "firmware-unknown" and
	(.reason | contains("PCR 0 differs from the nearest reference, learned from dev-0"))'

# Tampered with: the old ones stay.
cp golden.json signed.json
sed -i 's/"0": "\(.\)/"0": "f/' golden.json
cmp -s golden.json signed.json && sed -i 's/"0": "f/"0": "e/' golden.json
ok "altered: refused" refused "golden.json: it is not what was signed"
ok "nobody is judged by it" becomes dev-0 '.state == "trusted" and .fresh'
ok "the twin neither" becomes dev-1 '.state == "trusted" and .fresh'
ok "the verifier ends" stop_verifier
ok "nor does it start by it" refuses_start "golden.json: it is not what was"
cp signed.json golden.json
ok "it starts by what was signed" start_verifier
ok "all stand as before" stands "trusted 2 unknown 1 unreachable 1"

# The next firmware, beside the first one.
ok "dev-2 is learned, too" ctl admin fleet learn dev-2 --firmware-only --out \
	next.json
ok "it is another one" fails cmp -s <(jq .firmware[0].pcrs golden.json) \
	<(jq .firmware[0].pcrs next.json)
sign ref next.json
against known.txt base.json golden.json next.json
ok "both are known" anew "new policies are in use"
ok "all are trusted" stands "trusted 3 unreachable 1"
sim firmware 0 >/dev/null
ok "an update from the one to the other" becomes dev-0 '.state == "trusted" and
	(.verdict.notes | any(startswith("firmware: learned from dev-2")))'
ok "what it boots now is learned" ctl admin fleet learn dev-0
ok "not what it did" test "$(jq .firmware[0].pcrs out)" = \
	"$(jq .firmware[0].pcrs next.json)"
openssl req -new -key ref.key -subj /CN=ref -out ref.csr
openssl x509 -req -in ref.csr -signkey ref.key -days -1 -out ref.pem \
	-set_serial "0x$(openssl x509 -in ref.pem -noout -serial |
		cut -d= -f2)" 2>/dev/null
ok "a signer whose certificate has expired: refused" refused \
	"known.txt: its signer's certificate is valid from"
ok "the verifier ends" stop_verifier
finish
