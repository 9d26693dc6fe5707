#!/bin/bash
# SPDX-License-Identifier: MIT
# A TPM that is lost: waiting is bounded, observing goes on, enforcing
# refuses what is unknown, and nothing is trusted again in this boot.
# vm: kernel=6.1,6.12 load=late arm=yes tpm=tis timeout=240 file=/usr/bin/perl
set -uo pipefail
. /vm/lib/tap.sh

exec 3<>/dev/virtio-ports/shinrai.host
host() {
	echo "$1" >&3
	read -r -t 20 answer <&3 && [ "$answer" = ok ]
}

run_fresh() {
	fresh /usr/bin/jq "$1"
	"$1" --version
}

waited() { # waited FROM TO: seconds since $start
	local t=$((SECONDS - start))
	[ "$t" -ge "$1" ] && [ "$t" -le "$2" ]
}

check "enforce is refused for nothing" refuses bash -c "echo on >$S/mode"
check "a program runs before" run_fresh /tmp/before
check "the TPM is lost" host "tpm kill"
start=$SECONDS
check "a new program still runs" run_fresh /tmp/during
check "it waited no longer than two seconds" waited 0 3
check "the state is degraded" test "$(cat "$S/state")" = "armed degraded"
start=$SECONDS
check "the next one runs" run_fresh /tmp/next
check "and did not wait" waited 0 1
check "enforce is refused when degraded" \
	refuses bash -c "echo enforce >$S/mode"
check "a flush says that it failed" refuses bash -c "echo 1 >$S/flush"
dump
check "the state is in the log" times 1 ' STATE reason=17 errno=5'
check "the program before is there" once CODE exec /tmp/before
check "the program during it is there" once CODE exec /tmp/during
check "the program after it is there" once CODE exec /tmp/next
check "the mode has not changed" times 0 ' STATE reason=19'
plan
