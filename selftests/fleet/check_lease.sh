#!/bin/bash
# SPDX-License-Identifier: MIT
# Three verifiers on one database, one of them killed every 30 s and begun again, for
# MINUTES (10): each device is judged all the time, by one of them; what changes is
# in the log once, and that only grows; who misbehaves is named, and nobody else.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/push.sh
. "$root/selftests/enrol/push.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
# shellcheck source=selftests/fleet/several.sh
. "$root/selftests/fleet/several.sh"

# One comes by itself; with it they are as many as three verifiers share evenly, for
# who has fewer is a matter of chance otherwise.
n=$((${DEVICES:-300} / 3 * 3 - 1)) minutes=${MINUTES:-10} period=5
out=$(realpath "$BUILD")/check-fleet
mkdir -p "$out"
make_fleet_certs
make_pusher
# It is never killed here; how long the disk of this machine takes is not the matter.
ok "a cluster starts" make_several 'fsync = off'
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim "$n" 5 "$work/journal"
policies="$policies, { name = \"sim\"; digests = [ \"$work/known.txt\" ];
	reference = \"$work/boot.json\"; }"
enrolment_conf 'allow_software = true;'
printf '%s\n' "period_s = $period; missed = 4; timeout_s = 2;" >>verifier.conf.d/test.conf

uptime_ms() {
	awk '{ printf "%d", $1 * 1000 }' /proc/uptime
}
# start VERIFIER: with a key of its own, each time
declare -A key since
: >processes
start() {
	take_conf "$1" "$([ "$1" != a ] || echo "port = $pushed;")"
	key[$1]=$(spki "verifier-$1.pem" | cut -c1-8)
	since[$1]=$(uptime_ms)
	begin "$1"
}
over() { # VERIFIER: it is over with it, as the witness has to know
	echo "${key[$1]} $1 ${since[$1]} ${2:-0}" >>processes
}
pushed=$api
for v in a b c; do
	ok "$v starts" start $v
done
use a
device_url=''
ok "a device enrols that comes by itself" setup admin press --policy plc
ok "shinraid starts" serve
use b
ok "$n devices are enrolled" enrol_sim "$n"
ok "all are trusted" stands "trusted $((n + 1))" 60
# Some are not what they should be, ...
for v in 'tamper 1' 'alien 2' 'rewind 3' 'cut 4'; do
	sim "$v" >/dev/null
done
ok "all stand as they should" stands "trusted $((n - 3)) untrusted 4" 60
sim slow 30 >/dev/null
sim flaky 200 >/dev/null
declare -A want=([dev-1]=record-root [dev-2]=ak-other [dev-3]=clock-back
	[dev-4]=quote-not-in-log)

# ... and more become so: each verifier says it, within what a death may cost.
turn_rogue() { # N
	local v begun=$SECONDS
	want["dev-$1"]="code-unknown"
	sim rogue "$1" >/dev/null
	for v in "${!pid[@]}"; do
		use "$v"
		becomes "dev-$1" '.state == "untrusted" and
			.code == "code-unknown"' $((20 + begun - SECONDS)) || return 1
	done
}

away='' # a device that is not to be judged just now
muted=0
mute() {
	away=dev-5
	muted=$((muted + 1))
	sim mute 5 >/dev/null
}
mend() {
	local v
	becomes dev-5 '.state == "unreachable" and .code == "no-answer"' 30 &&
		sim well 5 >/dev/null || return 1
	for v in "${!pid[@]}"; do
		use "$v"
		becomes dev-5 '.state == "trusted"' 30 || return 1
	done
	away=''
}

# watch_log: the head now begins with the one that was seen before
verify=$(realpath "${SHINRAI_VERIFY:-$BUILD/user/shinrai-verify}")
grown=0 heads=0
watch_log() {
	local old new proof=()
	fleet reader /log >/dev/null
	[ "$code" = 200 ] || { cat body && return 1; }
	mv body new.json
	heads=$((heads + 1))
	[ -e old.json ] || cp new.json old.json
	old=$(jq .size old.json) new=$(jq .size new.json)
	if [ "$new" -gt "$old" ]; then
		fleet reader "/log/proof/consistency?old=$old&size=$new" >/dev/null
		mv body consistency.json
		proof=(--consistency consistency.json)
		grown=$((grown + 1))
	fi
	"$verify" proof --keys keys.json --head new.json --old old.json \
		"${proof[@]}" && mv new.json old.json
}

# watch_states: whoever is to be named is, and nobody else
watch_states() {
	local name
	fleet reader /devices >/dev/null
	[ "$code" = 200 ] || { cat body && return 1; }
	for name in "${!want[@]}"; do
		printf '%s %s\n' "$name" "${want[$name]}"
	done | sort >wanted
	jq -r '.devices[] | select(.state != "trusted") | "\(.name) \(.code)"' \
		body | grep -v "^$away " | sort >found
	diff wanted found
}

# watch_age: nobody was judged 20 s ago or more; the database says when that was
watch_age() {
	local age
	age=$(sql fleet "SELECT coalesce(max(floor(extract(epoch FROM
		clock_timestamp()) * 1000 - judged)), 0) FROM device
		WHERE name != '$away'")
	echo "$(uptime_ms) $age" >>ages
	[ "$age" -le 20000 ] || { echo "$age ms" && return 1; }
}

# watched SECONDS: all of that, at each of the verifiers that live, all that time
watched() {
	local until=$(($(date +%s) + $1)) v
	while [ "$(date +%s)" -lt "$until" ]; do
		for v in "${!pid[@]}"; do
			use "$v"
			watch_age && watch_log && watch_states || return 1
			sleep 1
		done
	done
}

fleet reader /.well-known/jwks.json >/dev/null
cp body keys.json
owned=$(((n + 1) / 3))
ok "each verifier has its share" shared "$owned $owned $owned" 20
sim stats
begun=$(uptime_ms) stop=$((SECONDS + minutes * 60)) round=0 names=(a b c)
while [ $SECONDS -lt "$stop" ]; do
	next=$((SECONDS + 30))
	v=${names[round % 3]}
	# At once, or after others had its devices; one of them is who press knows.
	wait=$((round % 2 ? 1 : 10))
	[ "$v" != a ] || wait=$((round % 2 ? 1 : 4))
	slay "$v"
	over "$v" "$(uptime_ms)"
	ok "round $round: $v is killed; for $wait s all is well" watched $wait
	ok "it starts again" start "$v"
	ok "round $round: one runs what nobody knows: it is named" \
		turn_rogue $((10 + round))
	case $((round % 4)) in
	1) mute ;;
	3) ok "one that says nothing is unreachable, and there again" mend ;;
	esac
	left=$((next - SECONDS))
	ok "round $round: all is well until the next one" \
		watched $((left > 1 ? left : 1))
	round=$((round + 1))
done
[ -z "$away" ] || mend
ended=$(uptime_ms)
sim stats
echo "$said" >"$out/lease-sim.json"
for v in a b c; do
	over $v
done
cp journal processes ages "$out"
witness() {
	python3 "$root/selftests/fleet/lease_witness.py" journal processes \
		"$begun" "$ended" 5 >witnessed
}
ok "the simulated fleet saw nobody left alone, or asked by two" witness
sed 's/^/# /' witnessed
ok "nor by two at the same time, nor for its log from the begin" jq -e \
	".both == 0 and .torn == 0 and .whole == $n" "$out/lease-sim.json"
ok "heads of the log were seen, and grew" test "$heads" -gt $((minutes * 10)) -a \
	"$grown" -ge "$round"
use a
ok "the log is whole" log_whole

# What changed, as the database has it, is what was done, and is in the log once.
sql fleet "SELECT name || ' ' || at || ' ' || change.state || ' ' || change.code
	FROM change JOIN device ON device = device.id" | sort >changes
jq -r '.entries[] | fromjson | select(.type == "change") |
	"\(.device) \(.time_ms) \({ trusted: 1, untrusted: 2, unknown: 3,
	unreachable: 4 }[.state]) \(.code)"' body | sort >logged
ok "each change is in the log, once" diff changes logged
ok "and there once" test -z "$(uniq -d logged)"
expected() {
	local i
	echo "press 1"
	for ((i = 0; i < n; i++)); do
		[ "$i" -ne 5 ] || {
			echo "dev-5 1$(printf ' 4 1%.0s' $(seq $muted))"
			continue
		}
		echo "dev-$i 1${want[dev-$i]:+ 2}"
	done
}
became() {
	sql fleet "SELECT name || ' ' || string_agg(CAST(change.state AS TEXT), ' '
		ORDER BY change.id) FROM change JOIN device ON device = device.id
		GROUP BY name" | sort
}
expected | sort >want.list
became >got.list
ok "nothing else became of anybody" diff want.list got.list
for v in a b c; do
	ok "$v ends" end $v
done
finish
