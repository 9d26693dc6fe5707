#!/bin/bash
# SPDX-License-Identifier: MIT
# IMA lists come once: another policy judges what is kept of them.  What does not join
# that is asked for again, all of it: of a device that knows no part of its list any
# more, of one that gives another one, and where what was kept is lost, or damaged.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

# Of the first entry of each list, and of one that came later.
early=$(printf '01%.0s' $(seq 32)) late=$(printf '04%.0s' $(seq 32))

# judge_by [DIGEST [FILE]]: a policy, which denies that, or has that file instead; when
# all are judged by it
judge_by() {
	local i
	printf '# shinrai-deny v1\n%s CVE-2026-1\n' "${1-}" >deny.list
	verifier_conf "policies = ( { name = \"sim\"; reference = [
		\"$work/boot.json\", \"$work/known.txt\"
		${1:+, \"$work/${2:-deny.list}\"} ]; } );"
	anew "new policies are in use"
	for i in $(seq 100); do
		fleet reader /policies >/dev/null
		jq -e '.policies[0].judged == 3' body && return
		sleep 0.2
	done
	return 1
}
whole_lists() {
	sim stats >/dev/null
	jq '.answers - .part' <<<"$said"
}
# came N: so many lists came whole since the last time
came() {
	local now
	now=$(whole_lists)
	echo "$now, before that $lists"
	[ $((now - lists)) -eq "$1" ]
	local ret=$?
	lists=$now
	return $ret
}
# was NAME CODE...: all that it was said to be, the newest first
was() {
	fleet reader "/devices/$1/changes" >/dev/null
	shift
	jq -e '[.changes[].code] == $ARGS.positional' body --args -- "$@" ||
		{ jq -c ".changes[]" body && return 1; }
}
# denied ENTRY: by each device
denied() {
	local i
	for i in 0 1 2; do
		becomes dev-$i '.code == "ima-denied" and
			(.verdict.reasons[0].detail | startswith("entry '"$1"':"))' ||
			return 1
	done
}

make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim 3 5
verifier_conf "$(sim_policy)"
ok "the verifier starts" start_verifier
ok "devices are enrolled" enrol_sim 3
ok "they are trusted" stands "trusted 3"
ok "they are judged again" often 3
sim stats >/dev/null
ok "their lists came in part" test "$(jq .part <<<"$said")" -ge 3

lists=$(whole_lists)
ok "by another policy" judge_by "$early"
ok "another policy denies what came first" stands "untrusted 3"
ok "by its entry" denied 0
ok "and is asked again" often 3
ok "nothing of a list came again" came 0
ok "by yet another" judge_by "$late"
ok "what comes later is denied" denied 3
ok "by the first policy" judge_by
ok "the first policy is back" stands "trusted 3"
ok "still nothing came again" came 0
ok "nobody was said to be anything else" was dev-2 "" ima-denied ""

ok "the verifier ends" stop_verifier
sqlite3 fleet.db "DELETE FROM ima WHERE device =
		(SELECT id FROM device WHERE name = 'dev-1');
	UPDATE ima SET data = CAST(substr(data, 1, 90) || x'ff' ||
		substr(data, 92) AS BLOB) WHERE at = 0 AND device =
		(SELECT id FROM device WHERE name = 'dev-2')"
ok "and begins anew" start_verifier
ok "they are judged again" often 3
ok "by the same policy, for which nothing is read" came 0
ok "by another policy" judge_by "$early"
ok "of two, what was kept is lost, or damaged" stands "untrusted 3"
ok "they are denied the same" denied 0
ok "and judged again" often 3
ok "for which two lists came" came 2
ok "by the first policy" judge_by
ok "then they are kept again" stands "trusted 3"
ok "all of them" came 0
for i in 0 1 2; do
	ok "dev-$i was nothing else" was dev-$i "" ima-denied "" ima-denied ""
done

sim reboot 0 >/dev/null
ok "by another policy" judge_by "$early"
ok "one has booted, of which all comes" stands "untrusted 3"
ok "they are denied the same" denied 0
ok "by the first policy" judge_by
ok "all are trusted" stands "trusted 3"
lists=$(whole_lists)
ok "by another policy" judge_by "$early"
ok "what is kept is of that boot" stands "untrusted 3"
ok "and nothing came again" came 0
ok "by the first policy" judge_by
ok "all are trusted" stands "trusted 3"

# More is found than is remembered: what is kept is judged again each time.
echo '{"meta":{"version":1},"digests":{}}' >nothing.json
has_many() {
	becomes "dev-$1" '.verdict.notes | any(capture(
		"IMA log replays .*: (?<n>[0-9]+) entries") | .n | tonumber > 20)' 60
}
for i in 0 1 2; do
	ok "dev-$i has a list of more than 20" has_many $i
done
lists=$(whole_lists)
ok "by a policy that knows none of them" judge_by none nothing.json
ok "none is trusted" stands "untrusted 3"
ok "each entry is a finding" device dev-0 '[.verdict.reasons[] |
	select(.code == "ima-unknown")] | length > 16'
ok "they are judged again" often 9
ok "and found the same" device dev-0 '[.verdict.reasons[] |
	select(.code == "ima-unknown")] | length > 16'
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
ok "the verifier, killed, begins anew" start_verifier
ok "they are judged again" often 9
ok "nothing of a list came again" came 0
ok "by the first policy" judge_by
ok "all are trusted" stands "trusted 3"
ok "for which nothing came again" came 0
ok "they are judged again" often 3
ok "nor later" came 0

sim aged 1 >/dev/null
sim apart 2 >/dev/null
ok "one is of an earlier version, one errs" often 9
ok "both are trusted" stands "trusted 3"
for i in 1 2; do
	ok "dev-$i is judged all the time" device dev-$i '.fresh and .failure == ""'
	fleet reader /devices/dev-$i/changes >/dev/null
	ok "and was never anything else" jq -e '.changes | length == 11' body
done
ok "by another policy" judge_by "$early"
ok "another policy sees all of theirs" stands "untrusted 3"
ok "by the entry" denied 0
for i in 1 2; do
	ok "dev-$i was nothing else" jq -e '.changes | length == 12' <(
		fleet reader /devices/dev-$i/changes >/dev/null; cat body)
done
ok "the verifier ends in an orderly way" stop_verifier
finish
