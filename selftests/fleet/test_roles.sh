#!/bin/bash
# SPDX-License-Identifier: MIT
# Who may read which fields of what devices did: the same for REST, pages, EAR,
# entries of the log and webhooks; what is not to be read is seen to be, and proofs
# hold whatever is shown.
# shellcheck disable=SC2016,SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/hooks.sh
. "$root/selftests/fleet/hooks.sh"

start_tpm
make_fleet_certs
for who in auditor operator blind receiver; do
	make_cert "$who" ca
done
(umask 077 && echo "whsec_$(openssl rand -base64 32)" >secret)
ok "somebody listens" start_hooked
mkdir left
./make_log left left
cp left/log left/firmware .
extend_lines left/extends 1 >/dev/null
configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon
policies="policies = ( {
	name = \"plc\";
	digests = [ \"$work/left/known.txt\" ];
	reference = \"$work/left/boot.json\";
} );"
people="roles = ( { name = \"auditor\"; reads = [ \"paths\", \"digests\" ]; },
	{ name = \"operator\"; like = \"admin\"; reads = [ \"destinations\" ]; },
	{ name = \"blind\"; reads = [ ]; } );
people = ( { name = \"aud\"; role = \"auditor\"; key = \"$(spki auditor.pem)\"; },
	{ name = \"ope\"; role = \"operator\"; key = \"$(spki operator.pem)\"; },
	{ name = \"bli\"; role = \"blind\"; key = \"$(spki blind.pem)\"; } );"
hooks="webhooks = ( { name = \"siem\"; secret = \"$work/secret\";
	role = \"auditor\"; url = \"https://127.0.0.1:$hook/in\"; } );"
verifier_conf "$policies" "$people" "$hooks"
ok "the verifier starts" start_verifier
fleet admin /devices -d "{\"name\":\"press1\",\"policy\":\"plc\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "data left it" becomes press1 '.state == "untrusted" and
	(.verdict.reasons | any(.code == "data-left" and .detail != ""))'
fails() {
	! "$@"
}
asks() { # WHO PATH JQ
	fleet "$1" "$2" >/dev/null
	jq -e "$3" body || { cat body && return 1; }
}

# Who reads all, as it was before there were roles.
fleet reader /log/entries >/dev/null
open_log >all
jq -c '.entries' body >leaves
cp body reader.entries
ok "a reader has each access" jq -e '.[0].accesses | length >= 1 and
	all(.who.exe == "/usr/bin/curl" and .who.uid == 1000 and
	.sink.address == "192.0.2.9" and (.text | test("curl")))' all
# Words, paths, addresses and users that somebody who may not must not see.
jq -r '.[0] | [.reason, .verdict.notes[], .verdict.reasons[].detail,
	(.accesses[] | .text, .sink.address)] | .[] |
	select(length > 12)' all |
	sort -u >secrets
ok "there is something to hide ($(wc -l <secrets))" test -s secrets
leaks() { # FILE: is there anything of it?
	grep -Ff secrets "$1" || grep -E '192\.0\.2\.9|"uid": ?1000' "$1"
}
ok "the leaves hide all of it" fails leaks leaves
for who in auditor operator blind; do
	for path in /devices /devices/press1 /devices/press1/changes \
		/devices/press1/evidence \
		/log/entries '/log/proof/inclusion?index=0&size=1'; do
		fleet "$who" "$path" >/dev/null
		ok "$who: $path is answered" test "$code" = 200
		[ "$who" != operator ] || sed -i 's/192\.0\.2\.9//g' body
		ok "$who: and says nothing that is not for them" fails leaks body
	done
	for path in / /device/press1 '/device/press1/record?number=14' /violations; do
		curl -s -m 30 -o page.html --cacert ca.pem --cert "$who.pem" \
			--key "$who.key" "https://127.0.0.1:$api$path"
		[ "$who" != operator ] || sed -i 's/192\.0\.2\.9//g' page.html
		ok "$who: nor does the page $path" fails leaks page.html
	done
	ok "$who: which says that something is left out" sh -c \
		"grep -q '(redacted)' page.html"
	fleet "$who" /devices/press1/ear >/dev/null
	cut -d. -f2 body | tr -- '-_' '+/' | base64 -d 2>/dev/null >claims || true
	ok "$who: nor does the EAR" fails leaks claims
	ok "$who: that says so" grep -q '"redacted":"text"' claims
done
ok "an auditor sees paths" asks auditor /log/entries \
	'.disclosures[0] | map(fromjson | .[1]) | sort == ["digests", "paths"]'
open_log >some
ok "as they are" jq -e --slurpfile all all '.[0].accesses[0] |
	.who.exe == $all[0][0].accesses[0].who.exe and
	.who.sha256 == $all[0][0].accesses[0].who.sha256 and
	.who.uid == {redacted: "users"} and .text == {redacted: "text"} and
	.sink == {kind: "inet", address: {redacted: "destinations"},
	port: {redacted: "destinations"}, protocol: {redacted: "destinations"}}' some
ok "of the device, too" asks auditor /devices/press1 '.reason ==
	{redacted: "text"} and (.verdict.reasons | any(.code == "data-left" and
	.detail == {redacted: "text"}))'
ok "an operator sees where to" asks operator /log/entries \
	'.disclosures[0] | map(fromjson | .[1]) == ["destinations"]'
ok "and may do what an admin may" said 201 fleet operator /devices -d \
	'{"name":"x","policy":"plc","url":"https://127.0.0.1:1/"}'
ok "but not read all that one booted" said 403 fleet operator \
	/devices/press1/boot
ok "an auditor may not enrol" said 403 fleet auditor /devices -d \
	'{"name":"y","policy":"plc","url":"https://127.0.0.1:1/"}'
ok "who may read nothing has the leaves" asks blind /log/entries \
	'.disclosures | all(. == [])'
ok "all have the same ones" test "$(jq -c '.entries[0]' body)" = \
	"$(jq -c '.entries[0]' reader.entries)"

# Evidence: paths and digests, for who may read these.
fleet reader /devices/press1/evidence >/dev/null
cp body evidence.json
ok "a reader has evidence" jq -e '[.facts[] | select((.path | startswith("/"))
	and (.sha256 | length == 64))] | length >= 3' evidence.json
mv secrets words
jq -r '.facts[] | .path, .sha256 // empty' evidence.json | sort -u >secrets
record=$(jq '.facts[0].record' evidence.json)
ok "an auditor has it, too" asks auditor /devices/press1/evidence \
	". == $(cat evidence.json)"
for who in operator blind; do
	ok "$who: has no path of it, and no digest" asks "$who" \
		/devices/press1/evidence '(.facts | length >= 3) and (.facts |
		all(.path == {redacted: "paths"} and .sha256 ==
		{redacted: "digests"} and .kind != "" and .record >= 0))'
	ok "$who: at all" fails leaks body
	ok "$who: nor of a record" asks "$who" \
		"/devices/press1/evidence?record=$record" \
		'.facts[0].path == {redacted: "paths"}'
	ok "$who: at all" fails leaks body
	for path in evidence "record?number=$record"; do
		curl -s -m 30 -o page.html --cacert ca.pem --cert "$who.pem" \
			--key "$who.key" "https://127.0.0.1:$api/device/press1/$path"
		ok "$who: the page $path is there" grep -q '<caption' page.html
		ok "$who: says that something is left out" grep -q \
			'(redacted)' page.html
		ok "$who: and nothing of it" fails leaks page.html
	done
done
mv words secrets

# Proofs, offline, of what each of them was given.
verify=$(realpath "${SHINRAI_VERIFY:-$BUILD/user/shinrai-verify}")
fleet reader /.well-known/jwks.json >/dev/null
cp body keys.json
fleet reader /log >/dev/null
cp body head.json
size=$(jq .size head.json)
for who in reader auditor blind; do
	fleet "$who" "/log/proof/inclusion?index=0&size=$size" >/dev/null
	cp body "$who.proof"
	ok "$who: the entry is in the log" "$verify" proof --keys keys.json \
		--head head.json --inclusion "$who.proof" --json
	"$verify" proof --keys keys.json --head head.json \
		--inclusion "$who.proof" --json >"$who.read"
	ok "by RFC 9162 alone" python3 "$root/selftests/fleet/log.py" inclusion \
		head.json "$who.proof"
done
ok "a reader reads it whole" jq -e --slurpfile all all '.read == $all[0][0]' \
	reader.read
ok "an auditor in part" jq -e '.read.accesses[0].who |
	.exe == "/usr/bin/curl" and .uid == {redacted: "users"}' auditor.read
# Each disclosure is what the leaf has the SHA-256 of; so says Python.
ok "the hashes are right" python3 - <<-'PY'
	import hashlib, json
	proof = json.load(open("reader.proof"))
	sealed = json.loads(proof["entry"])["sealed"]
	salts = set()
	for text in proof["disclosures"]:
	    salt, name, fields = json.loads(text)
	    assert hashlib.sha256(text.encode()).hexdigest() == sealed.pop(name)
	    assert len(bytes.fromhex(salt)) == 16 and fields
	    salts.add(salt)
	assert not sealed and len(salts) == len(proof["disclosures"])
	PY
jq -c '.disclosures[0] |= sub("curl"; "wget")' auditor.proof >bad.json
ok "another path is refused" sh -c "! '$verify' proof --keys keys.json \
	--head head.json --inclusion bad.json >out"
ok "which is said" grep -q 'is not what the entry was made with' out

# A webhook is told what its role may read.
ok "the webhook is told" told_first
ok "what an auditor may read" jq -e '.accesses[0].who |
	.exe == "/usr/bin/curl" and .uid == {redacted: "users"}' first
ok "and nothing else" fails leaks first
ctl=$(realpath "${SHINRAICTL:-$BUILD/user/shinraictl}")
watch() { # WHO
	"$ctl" fleet watch --from 0 --once --verifier "https://127.0.0.1:$api" \
		--cert "$1.pem" --key "$1.key" --ca ca.pem
}
watch auditor >out
ok "fleet watch says what is left out" grep -q '(redacted)' out
ok "and nothing of it" fails leaks out
watch reader >out
ok "not to a reader" grep -q 'data left' out

# Entries from before: their fields are in the leaf.
ok "the verifier ends" stop_verifier
python3 - <<-'PY'
	import sqlite3
	db = sqlite3.connect("fleet.db")
	db.execute("DROP TRIGGER log_entry_is")
	db.execute("UPDATE log_entry SET disclosures = '' WHERE id = 0")
	db.execute("CREATE TRIGGER log_entry_is BEFORE UPDATE ON log_entry"
	           " BEGIN SELECT RAISE(ABORT, 'the log only grows'); END")
	db.commit()
	PY
ok "and begins anew" start_verifier
ok "what is not sealed is for who may read all" asks auditor /log/entries \
	'.entries[0] == null and .disclosures[0] == []'
ok "nor is its proof" said 400 fleet auditor \
	'/log/proof/inclusion?index=0&size=1'
ok "a reader has it" asks reader /log/entries '.entries[0] | type == "string"'
ok "the verifier ends" stop_verifier
end_hooked
verifier_conf "$policies" 'roles = ( { name = "reader"; reads = [ "users" ]; } );'
ok "with less for readers it starts" start_verifier
ok "the reader reads less" asks reader /devices/press1 \
	'.reason == {redacted: "text"}'
ok "an admin does not" asks admin /devices/press1 '.reason | type == "string"'
ok "the verifier ends" stop_verifier
finish
