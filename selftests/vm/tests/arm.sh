#!/bin/bash
# SPDX-License-Identifier: MIT
# Loading and arming: all or nothing, and loud; what fails leaves no trace.
# vm: kernel=6.1,6.12 load=no arm=no tpm=tis timeout=180 file=/usr/bin/perl
set -uo pipefail
. /vm/lib/tap.sh

load() {
	insmod /vm/shinrai.ko "$@"
}

links() {
	bpftool link show 2>/dev/null | grep -c lsm
}

checkpoint() { # _IO(0xB7, 4)
	perl -e 'open F, "+</dev/shinrai" or exit 0; my $z = 0;
		exit !defined ioctl F, 0xb704, $z'
}

for pcr in 0 7 10 14 16 23 24; do
	check "PCR $pcr is refused" refuses load pcr_code="$pcr"
done
check "the same PCR twice is refused" refuses load pcr_code=12 pcr_flow=12
check "a wrong extend mode is refused" refuses load extend=later
check "a test PCR is accepted with the flag" load pcr_code=16 test=1
check "the module unloads" rmmod shinrai
check "the module loads" load
check "the device is there" test -c /dev/shinrai
check "only root opens it" test "$(stat -c %a /dev/shinrai)" = 600
check "a checkpoint is refused before arm" refuses checkpoint
check "enforce is refused before arm" refuses bash -c "echo enforce >$S/mode"
check "nonsense does not arm" refuses bash -c "echo 2 >$S/arm"
for i in 1 2 3; do
	echo 0 >/proc/sys/kernel/ftrace_enabled
	check "arming without ftrace is refused ($i)" \
		refuses bash -c "echo 1 >$S/arm"
	echo 1 >/proc/sys/kernel/ftrace_enabled
	check "and leaves the state as it was ($i)" \
		test "$(cat "$S/state")" = loaded
done
check "no program is left behind" test "$(links)" = 0
check "the extend mode can change" bash -c "echo batch >$S/extend"
check "the module unloads still" rmmod shinrai
check "and loads again" load
check "it arms" bash -c "echo 1 >$S/arm"
check "the extend mode cannot change" refuses bash -c "echo batch >$S/extend"
check "it stays" refuses rmmod shinrai
dump
check "the first record is START" \
	test "$(grep -c '^0 pcr=12 .* START .*params=pcr_code=12' /tmp/log)" = 1
check "the second is ARM" times 1 '^1 pcr=12 .* ARM links=14 '
plan
