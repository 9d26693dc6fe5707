#!/bin/bash
# SPDX-License-Identifier: MIT
# The pages of the verifier: what a reader without a script finds there, that what
# devices say is shown and nothing more, and who may look.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/hostile.sh
. "$root/selftests/fleet/hostile.sh"

page() { # as page.py, of the page that was got last
	local what=$1
	shift
	python3 "$root/selftests/fleet/page.py" "$what" page.html "$@"
}
get() { # STATUS PATH [WHO [CURL-OPTION...]]: into page.html, headers
	local want=$1 path=$2 who=${3:-reader}
	shift $(($# > 2 ? 3 : 2))
	code=$(curl -s -m 30 -o page.html -D headers -w '%{http_code}' \
		--cacert ca.pem --cert "$who.pem" --key "$who.key" "$@" \
		"https://127.0.0.1:$api$path") || true
	echo "status $code"
	[ "$code" = "$want" ]
}
says() { # REGEX...: in what a reader sees
	local regex
	page text >text
	for regex in "$@"; do
		grep -Eq -- "$regex" text || { cat text && return 1; }
	done
}
header() { # NAME VALUE
	cat headers
	tr -d '\r' <headers | grep -Fixq -- "$1: $2"
}
fails() {
	! "$@"
}

start_tpm
make_fleet_certs
prepare_hostile
ok "shinraid starts" start_hostile
verifier_conf "policies = ( $(hostile_policy) ); missed = 10; timeout_s = 10;"
ok "the verifier starts" start_verifier
ok "a fleet without devices has a page" get 200 /
ok "which is well made" page check
ok "and says so" says '^0 devices, the worst first'
enrol_plc press1 "$port"
enrol_plc away 1
ok "one becomes untrusted" becomes press1 '.state == "untrusted" and
	(.verdict.reasons | any(.code == "data-left"))'
ok "one is away" becomes away '.state == "unreachable"'
record=$(device press1 '[.verdict.reasons[] |
	select(.code == "data-left")][0].record')
fleet reader /log/entries >/dev/null
entry=$(jq '[.entries[] | fromjson | .violations > 0] | index(true)' body)

# Each page: what it is of, where the same is as JSON, what a reader sees.
while IFS='|' read -r path twin words; do
	ok "$path" get 200 "$path"
	ok "$path: is well made" page check
	ok "$path: has its twin" page has link rel=alternate \
		type=application/json "href=$twin"
	ok "$path: says it" says "$words"
	ok "$path: the twin is there" test "$(curl -s -o twin.json -w \
		'%{http_code}' --cacert ca.pem --cert reader.pem --key \
		reader.key "https://127.0.0.1:$api$twin")" = 200
	ok "$path: it is JSON" jq -e . twin.json
done <<TABLE
/|/v1/devices|1 to 2 of 2 devices, the worst first
/?state=&hours=1|/v1/devices|1 to 2 of 2 devices
/?state=untrusted|/v1/devices?state=untrusted|1 to 1 of 1 devices that are untrusted
/?state=new|/v1/devices?state=new|0 devices that are new
/?page=7|/v1/devices|2 devices
/device/press1|/v1/devices/press1|^Reasons$
/device/press1/record?number=$record|/v1/devices/press1/evidence?record=$record|quote covers it
/device/press1/record?number=999|/v1/devices/press1/evidence?record=999|says nothing of it
/device/press1/evidence|/v1/devices/press1/evidence?from=0|1 to [0-9]* of [0-9]* in this boot
/device/away/evidence|/v1/devices/away/evidence?from=0|not judged yet
/device/away|/v1/devices/away|It was not judged
/violations|/v1/log/entries?start=0&count=2|New ones
TABLE

ok "the fleet" get 200 /
ok "states are words" says '^untrusted$' '^unreachable$' '^States over time$'
ok "the worst device is first" test "$(page text | grep -nx press1 |
	cut -d: -f1)" -lt "$(page text | grep -nx away | cut -d: -f1)"
ok "a device is a link" page has a href=/device/press1
ok "a state, too" page has a "href=/?state=untrusted"
csp="default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'"
ok "CSP" header Content-Security-Policy \
	"$csp; base-uri 'none'; frame-ancestors 'none'"
while IFS='|' read -r header value; do
	ok "$header" header "$header" "$value"
done <<'TABLE'
Content-Type|text/html; charset=utf-8
X-Content-Type-Options|nosniff
Referrer-Policy|no-referrer
Cache-Control|no-store
Cross-Origin-Resource-Policy|same-origin
TABLE

ok "a device" get 200 /device/press1
ok "says what its name for itself is, as text" says \
	'^</title><script>alert\(1\)</script>' \
	'^program /</bdi><script src=//evil.example></script><img src=x onerror='
ok "and nothing that is not seen" fails says $'\u202e'
ok "reasons come before evidence" test "$(page text | grep -nx Reasons |
	cut -d: -f1)" -lt "$(page text | grep -nx Evidence | cut -d: -f1)"
ok "a reason leads to its record" page has a \
	"href=/device/press1/record?number=$record"
ok "which says why" get 200 "/device/press1/record?number=$record"
ok "by its code" says '^data-left$' 'What to do: '
fleet reader /devices/press1/evidence >/dev/null
code_record=$(jq '[.facts[] | select(.path | test("evil.example"))][0].record' body)
ok "a verdict leads to evidence" get 200 /device/press1
ok "by a link" page has a href=/device/press1/evidence
ok "evidence" get 200 /device/press1/evidence
ok "has the path of what ran, as text" says \
	'^/</bdi><script src=//evil.example></script><img src=x onerror='
ok "and leads to the record" page has a \
	"href=/device/press1/record?number=$code_record"
ok "which" get 200 "/device/press1/record?number=$code_record"
ok "is well made" page check
ok "and has it, too" says \
	'^/</bdi><script src=//evil.example></script><img src=x onerror=' '^program$'
ok "violations" get 200 /violations
ok "name the device, the record and what was done" page has a \
	"href=/device/press1/record?number=$record"
ok "and lead to the entry" page has a "href=/v1/log/entries?start=$entry&count=1"

while read -r want path who options; do
	# shellcheck disable=SC2086
	ok "$who $options $path: $want" get "$want" "$path" "$who" $options
done <<'TABLE'
404 /device/none reader
404 /device/<b>x</b> reader --path-as-is
404 /device/ reader
404 //device/ reader
404 //v1/status admin
404 //x/device/press1 reader
400 /?state=good reader
400 /?page=0 reader
400 /?page=x reader
400 /?hours=721 reader
400 /?sort=name reader
400 /device/press1/record reader
400 /device/press1/record?number=-1 reader
400 /device/press1/record?number=1&record=1 reader
400 /device/press1/evidence?from=-1 reader
400 /device/press1/evidence?record=1 reader
404 /device/none/evidence reader
403 /device/press1/evidence verifier
400 /violations?before=x reader
403 / verifier
403 /device/press1 verifier
403 /style.css verifier
405 / reader -XPOST
200 /style.css reader
200 /icon.svg reader
403 /v1/devices admin -d{} -HOrigin:https://evil.example
403 /v1/devices admin -d{} -HOrigin:null
403 /v1/devices admin -d{} -HSec-Fetch-Site:cross-site
403 /v1/devices/away admin -XDELETE -HSec-Fetch-Site:same-site
400 /v1/devices admin -d{} -HSec-Fetch-Site:same-origin
TABLE
ok "its own origin may ask" get 400 /v1/devices admin -d '{}' \
	-H "Origin: https://127.0.0.1:$api"

# To a browser errors are pages, too.
while read -r want path who; do
	ok "$path: $want to a browser" get "$want" "$path" "$who" \
		-H 'Accept: text/html,*/*'
	ok "$path: a page" header Content-Type 'text/html; charset=utf-8'
	ok "$path: no script" header Content-Security-Policy \
		"$csp; base-uri 'none'; frame-ancestors 'none'"
	ok "$path: is well made" page check
done <<'TABLE'
404 /device/none reader
404 /device/%3Cscript%3Ex reader
404 /nothing reader
400 /?state=good reader
400 /?sort=name reader
400 /?hours=0 reader
400 /violations?before=x reader
403 / verifier
TABLE
ok "to a program they are JSON" get 404 /device/none
ok "which says so" header Content-Type application/problem+json
# bare PATH: it is asked for as it is, which curl does not; the body of a 404
bare() {
	printf 'GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' "$1" |
		timeout 10 openssl s_client -quiet -connect "127.0.0.1:$api" \
			-CAfile ca.pem -cert reader.pem -key reader.key \
			2>/dev/null >bare
	head -n 1 bare
	grep -q '^HTTP/1.1 404 ' bare &&
		grep -qi '^content-type: application/problem+json' bare &&
		tail -n 1 bare | jq -e '.status == 404'
}
# The last one is cut within a character where no name is longer.
for path in /device/none $'/device/\xff' $'/v1/devices/\xff' $'/\xff' \
	"/v1/devices/$(printf 'a%.0s' {1..63})é"; do
	ok "where what is asked for is no text, too" bare "$path"
done

# How it was: never more than there are, now as it is.
ok "history" fleet reader '/history?hours=1'
ok "ends as it stands" jq -e '(.states.untrusted | length == 96 and
	.[95] == 1 and .[0] == 0) and .states.unreachable[95] == 1 and
	.states.trusted[95] == 0 and .step_ms == 37500' body
kill "$daemon_pid"
ok "both are away" becomes press1 '.code == "no-answer"'
fleet reader '/history?hours=1' >/dev/null
ok "then it is what it was, too" jq -e '.states.unreachable[95] == 2 and
	([.states.untrusted[]] | max) == 1' body
ok "the page does not show what is old as if it were so" get 200 /device/press1
ok "and says so" says 'not judged within the configured time'
ok "the verifier ends" stop_verifier

# So many entries that their page and its twin are of a part of them.
rm fleet.db*
ok "a verifier of another fleet starts" start_verifier
ok "and ends" stop_verifier
python3 - <<'PY'
import hashlib
import json
import sqlite3

db = sqlite3.connect("fleet.db")
nodes = []
for i in range(1100):
    text = json.dumps(
        {"device": "press1", "state": "trusted", "time_ms": 1790000000000 + i,
         "type": "change", "verdict": None, "violations": 0},
        separators=(",", ":"), sort_keys=True)
    db.execute("INSERT INTO log_entry(id, text, disclosures) VALUES(?, ?, '{}')",
               (i, text))
    nodes.append(hashlib.sha256(b"\0" + text.encode()).digest())
level = 0
while nodes:
    db.executemany("INSERT INTO log_node VALUES(?, ?, ?)",
                   [(level, i, node) for i, node in enumerate(nodes)])
    nodes = [hashlib.sha256(b"\1" + nodes[i] + nodes[i + 1]).digest()
             for i in range(0, len(nodes) - 1, 2)]
    level += 1
db.commit()
PY
ok "with a long log it starts again" start_verifier
fleet reader /log >/dev/null
ok "which has them" jq -e '.size == 1100' body
ok "violations are looked for" get 200 /violations
ok "in as many as the twin gives" page has link rel=alternate \
	type=application/json 'href=/v1/log/entries?start=100&count=1000'
ok "which is there" said 200 fleet reader '/log/entries?start=100&count=1000'
ok "with all of them" jq -e '.entries | length == 1000' body
ok "the others are on the next page" page has a rel=next \
	href=/violations?before=100
ok "the verifier ends" stop_verifier
finish
