#!/bin/bash
# SPDX-License-Identifier: MIT
# The verifier's log: each change is an entry, its head is signed, proofs hold, also
# after a crash and when another key signs; and shinrai-verify proof sees it offline.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

log() { # as log.py
	python3 "$root/selftests/fleet/log.py" "$@"
}
fails() {
	! "$@"
}
make_fleet_certs
verifier_conf 'policies = ( { name = "plc"; } ); missed = 1;'
ok "the verifier starts" start_verifier
ok "its key is nobody else's" test "$(stat -c %a signing.pem)" = 600

# take PATH FILE: an answer into a file
take() {
	fleet reader "$1" >/dev/null
	cp body "$2"
	[ "$code" = 200 ]
}
# head N: the head of the log as hN.json, its payload as pN.json
head_of() {
	take /log "h$1.json"
	log jws keys.json "h$1.json" >"p$1.json"
}
# grows SIZE: the log has that many entries within a while
grows() {
	for _ in $(seq 50); do
		take /log body
		[ "$(jq .size body)" -ge "$1" ] && return
		sleep 0.2
	done
	return 1
}
enrol() { # NAME
	fleet admin /devices -d "{\"name\":\"$1\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
	[ "$code" = 201 ]
}
ok "keys" take /.well-known/jwks.json keys.json
ok "of them one, public" jq -e '.keys | length == 1 and .[0].kty == "EC" and
	(.[0] | has("d") | not)' keys.json
ok "the head of an empty log" head_of 0
ok "is that of nothing" jq -e '.size == 0 and .root ==
	"'"$(printf '' | sha256sum | cut -d' ' -f1)"'"' p0.json
ok "it has no entries" take /log/entries none.json
ok "none" jq -e '.entries == []' none.json
ok "a device that is not there" enrol press1
ok "one entry" grows 1
head_of 1
for i in 2 3 4 5 6 7; do
	enrol "press$i"
done
ok "seven entries" grows 7
ok "no verdict of it is signed: there is none" said 409 fleet reader \
	/devices/press1/ear
ok "the head" head_of 7
ok "the entries" take /log/entries entries.json
ok "lead to its root" log root p7.json entries.json
ok "each says what became of whom" jq -e '[.entries[] | fromjson |
	select(.type == "change" and .state == "unreachable" and
	.code == "no-answer" and .verdict == null and .time_ms > 1600000000000)
	| .device] | sort == ["press1", "press2", "press3", "press4", "press5",
	"press6", "press7"]' entries.json
ok "some of them" take '/log/entries?start=2&count=3' some.json
ok "are those" test "$(jq -c .entries some.json)" = \
	"$(jq -c '.entries[2:5]' entries.json)"
for i in 0 3 6; do
	ok "entry $i" take "/log/proof/inclusion?index=$i&size=7" "i$i.json"
	ok "is in the log" log inclusion p7.json "i$i.json"
done
ok "that it grew" take '/log/proof/consistency?old=1&size=7' c.json
ok "is proven" log consistency p1.json p7.json c.json
# Offline: what holds, and what does not.
verify=$(realpath "${SHINRAI_VERIFY:-$BUILD/user/shinrai-verify}")
# proves STATUS PATTERN OPTION...: for head 7 unless another is given
proves() {
	local want=$1 pattern=$2 got=0
	shift 2
	"$verify" proof --keys keys.json --head h7.json "$@" >out 2>&1 || got=$?
	cat out
	[ "$got" -eq "$want" ] && grep -q -- "$pattern" out
}
ok "proof: the head" proves 0 '^valid'
ok "its JWS alone" sh -c 'jq -r .head h7.json >h7.jws'
ok "too" proves 0 '^valid' --head h7.jws
ok "an entry" proves 0 '^has      entry 3: {"code":"no-answer"' \
	--inclusion i3.json
ok "that it grew" proves 0 '^grew of  log' --old h1.json --consistency c.json
ok "all of it, as JSON" proves 0 '"size":1' --old h1.json --consistency c.json \
	--inclusion i6.json --json
ok "that says so" jq -e '.result == "valid" and .head.size == 7 and
	.old.size == 1 and .index == 6 and (.entry | fromjson | .type == "change")
	and .head.root == "'"$(jq -r .root p7.json)"'"' out
ok "a head without growth" proves 0 '^valid' --old h7.json
# changed FILE JQ: the file with that done to it, as bad.json
changed() {
	jq -c "$2" "$1" >bad.json
}
changed i3.json '.index = 2'
ok "another place" proves 3 'does not have this entry' --inclusion bad.json
changed i3.json '.entry |= sub("unreachable"; "trusted")'
ok "another entry" proves 3 'does not have this entry' --inclusion bad.json
changed i3.json '.path |= reverse'
ok "another order" proves 3 'does not have this entry' --inclusion bad.json
changed i3.json '.path[0] |= "zz" + .[2:]'
ok "a path that is none" proves 3 'bad.json: malformed' --inclusion bad.json
changed i3.json '.path = [range(65) | "00" * 32]'
ok "one that is too long" proves 3 'bad.json: malformed' --inclusion bad.json
changed i3.json '.size = 8'
ok "another size" proves 3 'for another size' --inclusion bad.json
changed i3.json '.index = -1'
ok "a place that is none" proves 3 'malformed' --inclusion bad.json
changed i3.json 'del(.entry)'
ok "no entry" proves 3 'malformed' --inclusion bad.json
ok "growth without a proof" proves 3 'has grown, and --consistency' \
	--old h1.json
ok "the wrong way round" proves 3 'has shrunk' --old h7.json --head h1.json
changed c.json '.path[1] = .path[0]'
ok "a wrong proof" proves 3 'does not begin with the older one' --old h1.json \
	--consistency bad.json
changed c.json '.old = 2'
ok "one of other sizes" proves 3 'for another size' --old h1.json \
	--consistency bad.json
changed h7.json '.head |= (split(".") | .[1] |= "A" + .[1:] | join("."))'
ok "a head that was changed" proves 3 'not signed by this key' --head bad.json
ok "as JSON" proves 3 '"reason":"not signed by this key"' --head bad.json --json
changed keys.json '.keys[0].kid |= "A" + .[1:]'
ok "keys of somebody else" proves 3 'not in --keys' --keys bad.json
echo '{' >bad.json
ok "files that are none" proves 3 'bad.json: malformed' --keys bad.json
ok "and are not there" proves 1 'cannot read' --inclusion nothing
ok "options that do not go together" proves 2 'goes with --old' \
	--consistency c.json

for bad in entries?start=-1 entries?count=1001 entries?start=x entries?start= \
	'entries?start=1&start=2' 'entries?colour=1' \
	entries?start=99999999999999999999 'proof/inclusion' \
	'proof/inclusion?index=7&size=7' 'proof/inclusion?index=0&size=900' \
	'proof/inclusion?index=0' 'proof/consistency?old=2&size=1' \
	'proof/consistency?old=0x1&size=1'; do
	ok "not $bad" said 400 fleet reader "/log/$bad"
	ok "which is said" jq -e '.status == 400 and .detail != ""' body
done
ok "the verifier goes on" head_of 7
ok "nobody else may read it" said 403 fleet verifier /log
ok "nor write it" said 405 fleet admin /log -d '{}'

# Killed, and another key.
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
ok "killed, it begins again" start_verifier
ok "with the same log" head_of 8
ok "of the same name" test "$(jq .log p8.json)" = "$(jq .log p7.json)"
take "/log/proof/consistency?old=7&size=$(jq .size p8.json)" c8.json
same_or_longer() {
	[ "$(jq .root p8.json)" = "$(jq .root p7.json)" ] ||
		log consistency p7.json p8.json c8.json
}
ok "as long, or longer" same_or_longer
cp signing.pem former.pem
ok "a new key is made" "$verifier" --config verifier.conf new-key
ok "for nobody else" test "$(stat -c %a signing.pem)" = 600
ok "it is another" fails cmp -s signing.pem former.pem
kill -HUP "$verifier_pid"
renewed() {
	for _ in $(seq 50); do
		take /.well-known/jwks.json keys2.json
		[ "$(jq '.keys | length' keys2.json)" = 2 ] && return
		sleep 0.1
	done
	return 1
}
ok "both are published" renewed
ok "the old one as it was" test "$(jq -c '.keys[1]' keys2.json)" = \
	"$(jq -c '.keys[0]' keys.json)"
take /log h9.json
ok "the new one signs" log jws keys2.json h9.json
ok "not the old one" fails log jws keys.json h9.json
ok "what the old one signed is still good" log jws keys2.json h7.json
take "/log/proof/consistency?old=7&size=$(jq .size h9.json)" c9.json
ok "and continued by the new one" proves 0 '^valid' --keys keys2.json \
	--head h9.json --old h7.json --consistency c9.json
chmod 644 signing.pem
kill -HUP "$verifier_pid"
sleep 0.5
ok "a key that others may read is refused" grep -q \
	'others may read the signing key .*; the old signing key stays' verr
chmod 600 signing.pem
ok "the verifier ends" stop_verifier
ok "and begins anew" start_verifier
take /.well-known/jwks.json keys3.json
ok "with both keys" cmp keys2.json keys3.json
# Somebody who makes a key each day, for a year.
python3 - <<-'PY'
	import json, sqlite3
	db = sqlite3.connect("fleet.db", timeout=10)
	jwk = json.loads(db.execute("SELECT jwk FROM signing_key").fetchone()[0])
	for i in range(365):
	    jwk["kid"] = "of-day-%d" % i
	    db.execute("INSERT INTO signing_key (kid, jwk, since) VALUES (?, ?, 0)",
	               (jwk["kid"], json.dumps(jwk)))
	db.commit()
PY
kill -HUP "$verifier_pid"
all() {
	for _ in $(seq 50); do
		take /.well-known/jwks.json keys4.json
		[ "$(jq '.keys | length' keys4.json)" -le 2 ] || break
		sleep 0.1
	done
	jq '.keys | length' keys4.json
}
ok "all that ever signed are published" test "$(all)" = 367
ok "what the first one signed can be checked on" log jws keys4.json h8.json
ok "the verifier ends" stop_verifier
echo junk >signing.pem
ok "a key that is none: it does not start" fails start_verifier
ok "and says why" grep -q 'signing.pem is no P-256 key' verr
finish
