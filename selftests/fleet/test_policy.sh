#!/bin/bash
# SPDX-License-Identifier: MIT
# The policies of shinrai-verifier change while it runs: a simulated fleet is updated
# from one generation of programs to the next.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

n=40
rogue=$(printf rogue | sha256sum | cut -d' ' -f1)
digests() { # in known.txt
	grep -vc '^#' known.txt
}

# against FILE...: what the policy "sim" names now
against() {
	local files
	files=$(printf ", \"$work/%s\"" "$@")
	verifier_conf "policies = ( { name = \"sim\"; reference = [
		\"$work/boot.json\" $files ]; } );"
}
policies() { # JQ
	fleet reader /policies >/dev/null
	jq -e "$1" body
}
# none_untrusted SECONDS
none_untrusted() {
	local end=$((SECONDS + $1))
	while [ $SECONDS -lt $end ]; do
		[ "$(states)" = "trusted $n" ] || { states && return 1; }
		sleep 0.3
	done
}
make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
against known.txt
ok "the verifier starts" start_verifier
ok "$n devices are enrolled" enrol_sim $n
ok "all of them are trusted" stands "trusted $n"
ok "by the one policy" policies ".policies | length == 1 and (.[0] |
	.name == \"sim\" and .digests == $(digests) and .devices == $n and .judged == $n)"
id=$(jq -r '.policies[0].id' body)
shinraictl() {
	env SHINRAI_VERIFIER="https://127.0.0.1:$api" SHINRAI_CERT=reader.pem \
		SHINRAI_KEY=reader.key SHINRAI_CA=ca.pem \
		"$BUILD/user/shinraictl" "$@"
}
shinraictl fleet policy >msg 2>&1
ok "shinraictl prints it" grep -q \
	"^sim .* ${id::16} .* $n devices, $n of them judged by it$" msg
ok "as JSON, too" test "$(shinraictl fleet policy --json |
	jq -r '.policies[0].id')" = "$id"

# What is wrong is not taken.
echo "nonsense" >bad.txt
against known.txt bad.txt
ok "a list that is wrong is refused" anew "old policies stay in use"
ok "by name and line" grep -q "bad.txt: line 1" verr
echo "policies = nonsense;" >verifier.conf.d/test.conf
ok "so is a configuration" anew "verifier.conf.d/test.conf.*old policies stay"
ok "by its line" grep -q "test.conf:1: .*old policies" verr
ok "the old one is in use" policies ".policies[0].id == \"$id\""
ok "and all are trusted" none_untrusted 3

# The next generation: both are known, then devices change.
printf '# shinrai-digests v1\n%s exec /tmp/rogue\n' "$rogue" >next.txt
against known.txt next.txt
ok "the next generation is known, too" anew "new policies are in use"
ok "by another policy" policies ".policies[0] | .id != \"$id\" and
	.digests == $(digests) + 1"
for i in $(seq 0 9); do
	sim rogue "$i" >/dev/null
done
ok "devices that have it are no alarm" none_untrusted 4
ok "all are judged by it" policies ".policies[0].judged == $n"
printf '# shinrai-deny v1\n%s withdrawn\n' "$rogue" >deny.txt
against known.txt deny.txt
ok "it is denied" anew "new policies are in use"
ok "who ran it is untrusted" stands "trusted $((n - 10)) untrusted 10" 10
sim stats
ok "no log was asked for again" test "$(jq .whole <<<"$said")" = $n
ok "by the record" device dev-3 '.code == "code-denied" and
	(.verdict.reasons[0].detail | contains("deny.txt"))'
against known.txt next.txt
ok "it is allowed" anew "new policies are in use"
ok "all are trusted again" stands "trusted $n" 10
grep -v "^$sim_first" known.txt >less.txt
against less.txt next.txt
ok "what all ran is not known any more" anew "new policies are in use"
ok "nobody is trusted" stands "untrusted $n" 10
against known.txt next.txt
ok "it is known again" anew "new policies are in use"
ok "all are trusted" stands "trusted $n" 10

# More of it than there are findings that are kept.
sim new 25 >/dev/null
often $((8 * n))
sim new 5 >/dev/null
fleet reader /devices >/dev/null
ok "each ran a hundred programs" jq -e 'all(.devices[]; .records > 102)' body
against next.txt
ok "none of them is known any more" anew "new policies are in use"
ok "nobody is trusted" stands "untrusted $n" 10
ok "for that" device dev-3 '.code == "code-unknown"'
ok "what they ran is" said 200 fleet reader /devices/dev-3/evidence
ok "of each" jq -e '.missing == null and .total > 100' body
against known.txt next.txt
ok "all are known again" anew "new policies are in use"
ok "all are trusted" stands "trusted $n" 10

sim stats
ok "no log was asked for again, for all of it" \
	test "$(jq .whole <<<"$said")" = $n

# What ran before the verifier began anew, and what a device did since.
against known.txt
ok "the verifier ends" stop_verifier
ok "and starts, by a policy that is older" start_verifier
ok "and judges by it all that it knew" stands "trusted $((n - 10)) untrusted 10" 10
for i in 0 1 2; do
	sim reboot "$i" >/dev/null
done
ok "a boot is judged by what ran in it" stands "trusted $((n - 7)) untrusted 7" 10
against known.txt next.txt
ok "the next generation is known again" anew "new policies are in use"
ok "all are trusted" stands "trusted $n" 10
sim stats
ok "boots are asked for from their begin, nothing else" \
	test "$(jq .whole <<<"$said")" = $n

# A device whose facts were lost, or are damaged, is asked for its log.
ok "the verifier ends" stop_verifier
sqlite3 fleet.db "DELETE FROM facts WHERE device = 5;
	INSERT INTO facts VALUES (5, 0, -1, x'');
	UPDATE facts SET packed = x'01' WHERE device = 6"
against known.txt
ok "and starts" start_verifier
ok "all are judged" stands "trusted $((n - 7)) untrusted 7" 10
ok "by the policy of now" policies ".policies[0].judged == $n"
sim stats
ok "both are asked for their logs" test "$(jq .whole <<<"$said")" = $((n + 2))
ok "which is said of the one" grep -q 'cannot read all of .*: it is damaged' verr

echo "policies = ();" >verifier.conf.d/test.conf
ok "there is no policy" anew "new policies are in use: 0"
ok "nobody can tell" stands "unknown $n" 10
against known.txt next.txt
for _ in $(seq 20); do
	kill -HUP "$verifier_pid"
done
ok "there is one again, asked for many times" anew "new policies are in use"
ok "all are trusted by it" stands "trusted $n" 10
ok "the verifier ends" stop_verifier
finish
