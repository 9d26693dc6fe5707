#!/bin/bash
# SPDX-License-Identifier: MIT
# Where bpf is not among the active LSMs, attached programs never run.
# vm: kernel=6.1,6.12 load=late arm=no tpm=tis timeout=120 append=lsm=capability
set -uo pipefail
. /vm/lib/tap.sh

check "bpf is not active" refuses grep -qw bpf /sys/kernel/security/lsm
check "arming is refused" refuses bash -c "echo 1 >$S/arm"
check "the state is loaded" test "$(cat "$S/state")" = loaded
check "the log says nothing of arming" test "$(cat "$S/records")" = 1
check "the reason is told once" \
	test "$(dmesg | grep -c 'shinrai: cannot arm: .*is bpf in')" = 1
sleep 1
check "the module unloads" rmmod shinrai
plan
