#!/bin/bash
# SPDX-License-Identifier: MIT
# The leak matrix inside the machine: every channel without protection, then
# with it.  /vm/leak/plan names the runs and the channels, one in each line.
#
# This process and what it starts stay clean: no secret reaches them, only exit
# codes do.  A line of /out/results: run, channel, exit code of channel.sh,
# milliseconds, token, numbers of its labels.
set -euo pipefail

export PATH=/vm/leak:$PATH LC_ALL=C
L=/vm/leak
S=/sys/kernel/shinrai
count=0

# shellcheck source=selftests/leak/protect.sh
. "$L/protect.sh"

# The other machine: v0 here, v1 there, and nothing else between them.
start_world() {
	ip netns add world
	ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 \
		address 02:00:00:00:00:02 netns world
	ip addr add 10.99.0.1/24 brd + dev v0
	ip addr add fd99::1/64 dev v0 nodad
	ip link set v0 up
	ip -n world addr add 10.99.0.2/24 brd + dev v1
	ip -n world addr add 10.99.0.3/24 dev v1
	ip -n world addr add fd99::2/64 dev v1 nodad
	ip -n world link set v1 up
	ip -n world route add default via 10.99.0.1
	echo 1 >/proc/sys/net/ipv4/ip_forward
	echo '0 2147483647' >/proc/sys/net/ipv4/ping_group_range
	echo 3 >/proc/sys/net/ipv4/tcp_fastopen
	ip netns exec world leak world /run/leak/heard </dev/null \
		>/run/leak/world.log 2>&1 &
	until [ -s /run/leak/heard ]; do sleep 0.05; done
}

start() {
	ln -s /proc/self/fd /dev/fd
	ln -s fd/0 /dev/stdin
	echo daemon:x:1:1::/:/bin/sh >>/etc/passwd
	echo daemon:x:1: >>/etc/group
	mkdir -p /run/leak /vault /xfs
	mount -t ext4 /dev/vda /vault
	mount -t xfs /dev/vdb /xfs
	chmod 755 /vault /xfs
	start_world
}

# channel MODE NAME [TOKEN LABELS]: with those, its secret is from the last boot
channel() {
	local uuid token=${3:-} rc=0 began ended
	if [ -z "$token" ]; then
		read -r uuid </proc/sys/kernel/random/uuid
		token=${uuid//-/}
	fi
	pair "$2"
	pair=${4:-$pair}
	read -r began _ </proc/uptime # a channel may set the clock
	leak box "$2" 8 "/run/leak/$2.$1.log" bash "$L/channel.sh" \
		"$2" "$1" "$token" "$pair" "${3:+again}" || rc=$?
	read -r ended _ </proc/uptime
	count=$((count + 1))
	printf '%s %s %d %d %s %s\n' "$1" "$2" "$rc" \
		"$((10#${ended/./} - 10#${began/./}))0" "$token" "$pair" \
		>>/out/results
	if [ "$rc" -eq 1 ]; then
		echo "# $2: broken"
		[ "$1" = protected ] || sed 's/^/#   /' "/run/leak/$2.$1.log"
	fi
}

# prepare_for NAME [TOKEN]: the policy is there before all channels, but for one
# that a machine tries which has just been booted again
prepare_for() {
	[ -d "$S" ] || arm
	[ -z "${2:-}" ] || [[ $1 != *-reboot-early ]] || return 0
	[ -s /run/leak/blob ] || protect
}

start
while read -r mode name token labels; do
	[ "$mode" = control ] || prepare_for "$name" "$token"
	channel "$mode" "$name" "$token" "$labels"
done <"$L/plan"
cp /run/leak/heard /out/
if [ -d "$S" ]; then
	echo 1 >"$S/flush"
	timeout 3 dd if=/dev/shinrai of=/out/log bs=1M 2>/dev/null || true
fi
if [ -e "$L/logs" ]; then # they may be labelled by now
	for log in /run/leak/*.log; do
		declass copy "$log" "/out/${log##*/}" || true
	done
fi
[ "$count" -gt 0 ]
