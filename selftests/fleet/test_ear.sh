#!/bin/bash
# SPDX-License-Identifier: MIT
# What is signed for others (EAR) says what a device is judged to be now, and is given
# of no device that could not be judged again; what it was stays checkable.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

# by POLICIES GROUPS: verdicts are not too old for a minute
by() {
	verifier_conf "missed = 60;" "policies = ( $1 );" "groups = ( $2 );"
}
policy="{ name = \"sim\"; digests = [ \"$work/known.txt\" ];
	reference = \"$work/boot.json\"; }"
line='{ name = "line"; policy = "sim"; }'
refused() { # NAME: there is none of it
	said 409 fleet reader "/devices/$1/ear" && jq -e .title body
}
no() {
	! "$@"
}
make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim 3 5
by "$policy" "$line"
ok "the verifier starts" start_verifier
ok "one device has a policy of its own" enrol_sim 1
ok "two that of their group" enrol_sim 2 '' line 1
ok "all are trusted" stands "trusted 3"
for i in 0 1 2; do
	ok "dev-$i is affirmed" ear dev-$i '.sub == "dev-'$i'" and
		.exp > .iat and .exp <= .iat + 60 and (.submods.shinrai |
		."ear.status" == "affirming" and
		."ear.trustworthiness-vector".executables == 2)'
done

sim rogue 2 >/dev/null
ok "one runs what nobody knows" becomes dev-2 '.code == "code-unknown"'
ok "which speaks against what it executes alone" ear dev-2 '.submods.shinrai |
	."ear.status" == "contraindicated" and ."ear.trustworthiness-vector" ==
	{"instance-identity": 2, "hardware": 0, "configuration": 2,
	"executables": 96}'

by "$policy" ''
ok "the group is gone" anew "new policies are in use"
ok "two are unknown" stands "trusted 1 unknown 2"
ok "with verdicts that are not old" device dev-1 '.fresh and
	.code == "no-policy" and .verdict.verdict == "trusted"'
ok "there is none of who was trusted" refused dev-1
ok "nor of who was not" refused dev-2
ok "of the other one there is" ear dev-0 '.submods.shinrai."ear.status" == "affirming"'
by '' ''
ok "the policy is gone" anew "new policies are in use: 0"
ok "all are unknown" stands "unknown 3"
ok "there is none" refused dev-0
by "$policy" "$line"
ok "both are there again" anew "new policies are in use"
ok "all are what they were" stands "trusted 2 untrusted 1"
ok "affirmed" ear dev-1 '.submods.shinrai."ear.status" == "affirming"'
ok "and contraindicated" ear dev-2 '.submods.shinrai."ear.status" == "contraindicated"'
# as by whoever kept it: KEYS EAR JQ
checked() {
	python3 "$root/selftests/fleet/log.py" jws "$1" "$2" JWT | jq -e "$3"
}
claims='.sub == "dev-1" and .submods.shinrai."ear.status" == "affirming"'
ear dev-1 . >/dev/null
cp body old.ear
cp jwks.json old.json
ok "another key is made" "$verifier" --config verifier.conf new-key
kill -HUP "$verifier_pid"
signs_anew() {
	for _ in $(seq 50); do
		fleet reader /.well-known/jwks.json >/dev/null
		[ "$(jq '.keys[0].kid' body)" != "$(jq '.keys[0].kid' old.json)" ] &&
			return
		sleep 0.1
	done
	return 1
}
ok "and signs" signs_anew
ear dev-1 . >/dev/null
ok "it is another" no checked old.json body "$claims"
ok "what it signs can be checked" checked jwks.json body "$claims"
ok "and what the former one signed" checked jwks.json old.ear "$claims"
paste -d. <(cut -d. -f1,2 old.ear) <(cut -d. -f3 body) >bad.ear
ok "but nothing under another's signature" no checked jwks.json bad.ear "$claims"
ok "the verifier ends in an orderly way" stop_verifier
finish
