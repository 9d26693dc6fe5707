#!/bin/bash
# SPDX-License-Identifier: MIT
# Groups of devices, each held against its policy: devices are moved between them, and
# groups get other policies, without a log being asked for again.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"

n=20
all=("name = \"sim\"; reference = [ \"$work/boot.json\", \"$work/known.txt\" ];"
	"name = \"less\"; reference = [ \"$work/boot.json\", \"$work/less.txt\" ];")
# grouped GROUP...: groups in libconfig's words
grouped() {
	verifier_conf "policies = ( $(printf '{ %s }, ' "${all[@]}" |
		sed 's/, $//') );" "groups = (" \
		"$(printf '{ %s },\n' "$@" | sed '$s/,$//')" ");"
}
line4='name = "line-4"; policy = "sim";'
lab='name = "lab";'
rest='name = "default"; policy = "sim";'
group_stands() { # GROUP STATES: as stands, of one group
	local now
	for _ in $(seq 50); do
		fleet reader "/devices?group=$1" >/dev/null
		now=$(jq -r '[.devices | group_by(.state)[] |
			"\(.[0].state) \(length)"] | join(" ")' body)
		[ "$now" != "$2" ] || return 0
		sleep 0.2
	done
	echo "$now"
	return 1
}
ctl() { # WHO VERB...: its output is in msg, its complaints in complaint
	local who=$1
	shift
	env SHINRAI_VERIFIER="https://127.0.0.1:$api" SHINRAI_CERT="$who.pem" \
		SHINRAI_KEY="$who.key" SHINRAI_CA=ca.pem \
		"$BUILD/user/shinraictl" fleet "$@" >msg 2>complaint
	local ret=$?
	cat msg complaint
	return $ret
}
fails() {
	! "$@"
}
has_asked() { # NUMBER: of whole logs
	sim stats
	test "$(jq .whole <<<"$said")" = "$1"
}
changes() { # DEVICE STATES: the newest last
	fleet reader "/devices/$1/changes" >/dev/null
	jq -e --arg s "$2" '[.changes[].state] | reverse | join(" ") == $s' body
}

make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
grep -v "^$sim_first" known.txt >less.txt
grouped "$line4" "$lab" "$rest"
ok "the verifier starts" start_verifier
ok "devices are enrolled into a group" enrol_sim 10 '' line-4
ok "into one without a policy" enrol_sim 5 '' lab 10
ok "with a policy of their own" enrol_sim 5 sim '' 15
ok "all are trusted" stands "trusted $n"
while read -r name group from; do
	ok "$name: group $group, policy from $from" device "$name" \
		".group == \"$group\" and .policy == \"sim\" and
		.policy_from == \"$from\""
done <<'TABLE'
dev-0 line-4 group
dev-10 lab default
dev-15 default device
TABLE
ok "groups are listed with their policies" fleet reader /policies
ok "and devices" jq -e '.groups == [
	{"name": "default", "policy": "sim", "devices": 5},
	{"name": "lab", "policy": "sim", "devices": 5},
	{"name": "line-4", "policy": "sim", "devices": 10}]' body
ok "shinraictl prints them" ctl reader policy
ok "each one" grep -Eq '^group line-4 +sim +10 devices$' msg

# What is wrong is not taken.
while IFS='|' read -r groups says; do
	grouped "$groups"
	ok "$groups is refused" anew "old policies stay in use"
	ok "$says" grep -q "test.conf:[0-9]*: $says" verr
done <<'TABLE'
name = "lab"; policy = "none";|group lab: there is no policy none in policies
name = "lab"; }, { name = "lab";|group lab is there twice
name = "Lab";|name is 1 to 63 of
TABLE
ok "all stand as they did" stands "trusted $n"

# Another policy for a group.
grouped 'name = "line-4"; policy = "less";' "$lab" "$rest"
ok "a group gets another policy" anew "new policies are in use"
ok "its devices are judged by it" group_stands line-4 "untrusted 10"
ok "nobody else" stands "trusted 10 untrusted 10"
ok "which of now" device dev-3 '.policy == "less" and .code == "code-unknown"'
ok "no log was asked for again" has_asked $n
grouped "$line4" "$lab" 'name = "default"; policy = "less";'
ok "the others do" anew "new policies are in use"
ok "a group without a policy follows" group_stands lab "untrusted 5"
ok "policies of their own stay" group_stands default "trusted 5"
ok "so does that of the group" group_stands line-4 "trusted 10"
grouped 'name = "line-4"; policy = "less";' "$lab" "$rest"
ok "as before" anew "new policies are in use"
ok "it follows" group_stands line-4 "untrusted 10"
ok "the other one, too" group_stands lab "trusted 5"

# Another group for a device.
records=$(device dev-12 .records)
ok "a device is moved" ctl admin group dev-12 line-4
ok "it says to what" grep -qx \
	"dev-12: in group line-4, held against less (the group's policy)" msg
ok "it is judged by that" becomes dev-12 '.state == "untrusted"'
ok "and in it" group_stands line-4 "untrusted 11"
ok "its past stays" changes dev-12 "trusted untrusted trusted untrusted"
ok "and the place in its log" device dev-12 ".records >= $records"
ok "the log says who moved it" grep -q \
	'ada moves dev-12: group line-4, policy as before' verr
ok "back" ctl admin group dev-12 lab
ok "it is trusted" becomes dev-12 '.state == "trusted" and .group == "lab"'
ok "one with a policy of its own is moved" ctl admin group dev-15 line-4
ok "and keeps it" grep -q "dev-15 keeps the policy of its own, sim" complaint
ok "which is shown" device dev-15 '.group == "line-4" and
	.policy_from == "device" and .state == "trusted"'
ok "it gets that of the group" ctl admin group dev-15 line-4 --inherit
ok "and is judged by it" becomes dev-15 '.state == "untrusted" and
	.policy_from == "group"'
ok "it gets one of its own" ctl admin group dev-15 default --policy sim
ok "and is judged by that" becomes dev-15 '.state == "trusted" and
	.policy_from == "device"'
ok "no log was asked for again, for all of it" has_asked $n

# Many moves, also while devices are asked and judged.
for i in $(seq 60); do
	fleet admin "/devices/dev-$((i % 10))" -X PATCH -d \
		"{\"group\": \"$([ $((i / 10 % 2)) = 0 ] && echo lab || echo line-4)\"}"
done >moves
ok "all moves are taken" test "$(grep -c 'status 200' moves)" = 60
ok "all are where they were moved last" group_stands line-4 "untrusted 9"
ok "and judged" group_stands lab "trusted 6"
fleet admin /devices/dev-0 -X PATCH -d '{"group": "line-4"}' >/dev/null
ok "the last one, too" group_stands line-4 "untrusted 10"
ok "no log was asked for again, for that" has_asked $n

# Who may, and what.
while IFS='|' read -r want who path body; do
	ok "$who: $path $body: $want" said "$want" fleet "$who" "$path" -X PATCH \
		-d "$body"
done <<'TABLE'
403|reader|/devices/dev-1|{"group": "lab"}
403|verifier|/devices/dev-1|{"group": "lab"}
404|admin|/devices/none|{"group": "lab"}
400|admin|/devices/dev-1|{"group": "line-5"}
400|admin|/devices/dev-1|{"group": ""}
400|admin|/devices/dev-1|{"group": 4}
400|admin|/devices/dev-1|{"group": "lab", "group": "lab"}
400|admin|/devices/dev-1|{"policy": "none"}
400|admin|/devices/dev-1|{"url": "https://127.0.0.1:1/"}
400|admin|/devices/dev-1|{}
400|admin|/devices/dev-1|[]
400|admin|/devices/dev-1|
405|admin|/devices/dev-1/changes|{"group": "lab"}
200|admin|/devices/dev-1|{"group": "line-4"}
200|admin|/devices/dev-16|{"group": null, "policy": "sim"}
TABLE
ok "413 for a long one" said 413 fleet admin /devices/dev-1 -X PATCH -d \
	"$(head -c 9000 /dev/zero | tr '\0' ' ')"
url='"url": "https://127.0.0.1:1/"'
ok "none is enrolled into a group that there is not" said 400 fleet admin \
	/devices -d "{\"name\": \"new\", $url, \"group\": \"line-5\"}"
ok "by its name" jq -e '.detail | startswith("group: ")' body
ok "a reader moves nothing" fails ctl reader group dev-1 lab
ok "nor is one without a group moved" fails ctl admin group dev-1
ok "nor both ways" fails ctl admin group dev-1 lab --policy sim --inherit

# Who looks for a group.
ok "those of a group" ctl reader list --group lab
ok "are listed" test "$(grep -c '^dev-1[0-4] *trusted *20.* lab ' msg)" = 5
ok "and nothing else" test "$(wc -l <msg)" = 5
ok "with a state" ctl reader list --group line-4 --state trusted --json
ok "none" jq -e '.devices == []' msg
ok "of none that there is" fails ctl reader list --group line-5
ok "shown" ctl reader show dev-3
ok "with its group and policy" grep -Pzq \
	'\n  group      line-4\n  policy     less \(of its group\)\n' msg
fleet reader /metrics >/dev/null
ok "metrics" grep -qx 'shinrai_group_devices{group="line-4",state="untrusted"} 10' body
ok "are as many as there are groups" test \
	"$(grep -c '^shinrai_group_devices{' body)" = 15
page() { # WHAT ...: as page.py, of what was got last
	python3 "$root/selftests/fleet/page.py" "$1" page.html "${@:2}"
}
get() { # PATH
	[ "$(curl -s -o page.html -w '%{http_code}' --cacert ca.pem --cert \
		reader.pem --key reader.key "https://127.0.0.1:$api$1")" = 200 ]
}
ok "the page of a group" get '/?group=lab'
ok "is well made" page check
page text >text
ok "says so" grep -q '1 to 5 of 5 devices of the group lab' text
ok "has its twin" page has link rel=alternate 'href=/v1/devices?group=lab'
ok "leads to its states" page has a 'href=/?state=trusted&group=lab'
ok "lets choose" page has select name=group
ok "with a state, too" get '/?state=untrusted&group=line-4'
page text >text
ok "it says so" grep -q \
	'1 to 10 of 10 devices of the group line-4 that are untrusted' text
ok "there is no page of none" fails get '/?group=line-5'

# A group that is gone says nothing: nobody guesses.
grouped "$line4" "$rest"
ok "a group is gone" anew "new policies are in use"
ok "nobody can tell" group_stands lab "unknown 5"
ok "why" device dev-11 '.code == "no-policy" and .policy_from == null and
	.reason == "the configuration has no group \"lab\""'
ok "the verifier ends" stop_verifier
ok "a copy is made" "$verifier" --config verifier.conf backup copy
grouped 'name = "line-4"; policy = "less";' "$lab" "$rest"
ok "it begins anew" start_verifier
ok "all groups are as they were" stands "trusted 10 untrusted 10"
ok "by what was known" has_asked $n
ok "one is moved" ctl admin group dev-2 default
ok "and ends" stop_verifier
ok "the copy is put back" "$verifier" --config verifier.conf restore copy
ok "the verifier starts" start_verifier
ok "groups are as in the copy" device dev-2 '.group == "line-4"'
ok "the verifier ends" stop_verifier
finish
