#!/bin/bash
# SPDX-License-Identifier: MIT
# What the records of a device told, as JSON and as pages: all of it, in its order,
# a bounded part at once; and where nothing is kept of one, why.
# shellcheck disable=SC2016,SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/fleet/openapi.sh
. "$root/selftests/fleet/openapi.sh"

page() { # as page.py, of the page that was got last
	local what=$1
	shift
	python3 "$root/selftests/fleet/page.py" "$what" page.html "$@"
}
get() { # STATUS PATH: into page.html
	code=$(curl -s -m 30 -o page.html -w '%{http_code}' --cacert ca.pem \
		--cert reader.pem --key reader.key "https://127.0.0.1:$api$2") || true
	echo "status $code"
	[ "$code" = "$1" ]
}
says() { # WORDS: in what a reader sees
	page text | grep -F -- "$1" || { page text && return 1; }
}
facts() { # QUERY JQ: of the evidence of dev-0
	fleet reader "/devices/dev-0/evidence$1" >/dev/null
	jq -e "$2" body || { cat body && return 1; }
}
judged() { # JQ: until that is so of it, 20 s
	for _ in $(seq 100); do
		facts '' "$1" >/dev/null && return
		sleep 0.2
	done
	facts '' "$1"
}

make_fleet_certs
ok "a device can be simulated" build_sim
ok "it starts, with 250 new programs each time" start_sim 1 250
verifier_conf "$(sim_policy)"
ok "the verifier starts" start_verifier
fleet admin /devices -d '{"name":"away","policy":"sim",
	"url":"https://127.0.0.1:1/"}' >/dev/null
ok "it is enrolled" enrol_sim 1
ok "and judged more than once" judged '.total > 250'
ok "nothing more runs" sim new 0
sleep 3
fleet reader /devices/dev-0 >/dev/null
cp body device.json

# All of it, page by page.
from=0 pages=0
while [ "$from" != null ] && [ "$pages" -lt 200 ]; do
	fleet reader "/devices/dev-0/evidence?from=$from" >/dev/null
	cp body "part-$pages.json"
	pages=$((pages + 1))
	from=$(jq .next body)
done
jq -cs '[.[].facts[]]' $(seq -f 'part-%g.json' 0 $((pages - 1))) >all.json
total=$(jq .total part-0.json)
ok "it is in $pages parts" test "$pages" = $(((total + 99) / 100))
ok "which are all of it" test "$(jq length all.json)" = "$total"
ok "each once, in the order of the log" jq -e '(map(.record) | . == sort) and
	(map([.kind, .sha256]) | unique | length) == length' all.json
ok "nothing is missing" jq -e '.missing == null and .from == 0 and
	(.facts | length == 100)' part-0.json
ok "of the boot that was judged" jq -e --slurpfile d device.json '
	.boot_id == $d[0].verdict.boot_id and .records == $d[0].records' part-0.json
# What ran in record N is program N - 2, as the simulator has it.
sed -n 's/ exec / /p' known.txt | grep /program- >known
ok "paths and digests are those of what ran" python3 - <<-'PY'
	import json
	known = {p: d for d, p in (line.split() for line in open("known"))}
	ran = [f for f in json.load(open("all.json")) if "/program-" in f["path"]]
	assert len(ran) > 250, len(ran)
	for f in ran:
	    assert f["kind"] == "program" and known[f["path"]] == f["sha256"]
	    assert f["path"].endswith(f"/program-{f['record'] - 2}"), f
	PY

# One record, and what is said where there is nothing.
one=$(jq '[.[] | select(.path | test("/program-150$"))][0]' all.json)
number=$(jq .record <<<"$one")
path=$(jq -r .path <<<"$one")
ok "one record" facts "?record=$number" ".facts == [$one] and .next == null and
	.missing == null and .total == $total"
ok "from another place on there is none of it" facts \
	"?record=$number&from=$total" '.facts == [] and .missing == null'
ok "its page" get 200 "/device/dev-0/record?number=$number"
ok "is well made" page check
ok "has the path" says "$path"
ok "the digest" says "$(jq -r .sha256 <<<"$one")"
ok "the kind" says program
ok "and its twin" page has link rel=alternate \
	"href=/v1/devices/dev-0/evidence?record=$number"
ok "what is not of code" facts '?record=0' \
	'.missing == "not-first" and .facts == [] and .total == 0'
ok "its page" get 200 '/device/dev-0/record?number=0'
ok "says so" says 'it is not of code, or the same code ran before in this boot'
ok "what no quote covered" facts '?record=999999' '.missing == "not-shown"'
ok "its page" get 200 '/device/dev-0/record?number=999999'
ok "says so" says 'no quote that was judged covered it'
fleet reader '/devices/away/evidence?record=0' >/dev/null
ok "a device that was not judged" jq -e '. == {boot_id: null, records: 0,
	missing: "not-judged", total: 0, from: 0, next: null, facts: []}' body
for where in /device/away/evidence '/device/away/record?number=0'; do
	ok "$where" get 200 "$where"
	ok "says so" says 'the device was not judged yet'
	ok "and is well made" page check
done

# Its pages lead to one another.
ok "the device" get 200 /device/dev-0
ok "leads to them" page has a href=/device/dev-0/evidence
ok "the first one" get 200 /device/dev-0/evidence
ok "is well made" page check
ok "says what part it is" says "1 to 100 of $total in this boot"
ok "has its twin" page has link rel=alternate \
	'href=/v1/devices/dev-0/evidence?from=0'
ok "leads to records" page has a \
	"href=/device/dev-0/record?number=$(jq '.[99].record' all.json)"
ok "to the next one" page has a rel=next \
	'href=/device/dev-0/evidence?from=100'
ok "which" get 200 '/device/dev-0/evidence?from=100'
ok "goes on" says "101 to 200 of $total in this boot"
ok "and leads back" page has a rel=prev 'href=/device/dev-0/evidence?from=0'
ok "what is behind all of it" get 200 '/device/dev-0/evidence?from=999999'
ok "is empty" says "$total in this boot"
ok "and well made" page check
for query in from=-1 from=x record=x record=-1 from=99999999999999999999 \
	number=1 'from=1&from=2'; do
	ok "?$query: 400" said 400 fleet reader "/devices/dev-0/evidence?$query"
done
ok "the page, too" get 400 '/device/dev-0/evidence?from=x'
ok "of no device: 404" said 404 fleet reader /devices/none/evidence
ok "and no page" get 404 /device/none/evidence
fleet reader /openapi.json >/dev/null
cp body openapi.json
ok "by its description" answers 200 reader GET '/v1/devices/{name}/evidence' \
	/devices/dev-0/evidence

# It boots, and then more runs than is kept.
ok "it boots" sim reboot 0
ok "it is of that boot then" judged ".boot_id != $(jq .boot_id part-0.json) and
	.records < 250"
ok "very much runs" sim new 6000
ok "that is too many" judged '.missing == "too-many"'
ok "of which there is nothing" facts '' '.facts == [] and .total == 0 and
	.next == null'
ok "the page" get 200 /device/dev-0/evidence
ok "says so" says 'more than 20000 different programs'
ok "that of a record, too" get 200 '/device/dev-0/record?number=5'
ok "says so" says 'more than 20000 different programs'
ok "the verifier ends" stop_verifier
sqlite3 fleet.db "UPDATE facts SET total = 1, packed = x'01'"
end_sim
ok "and starts again" start_verifier
ok "what is damaged" facts '' '.missing == "damaged" and .facts == []'
ok "its page" get 200 /device/dev-0/evidence
ok "says so" says 'is damaged'
ok "the verifier ends" stop_verifier
finish
