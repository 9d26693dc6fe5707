#!/bin/bash
# SPDX-License-Identifier: MIT
# Enforcing: what cannot be recorded does not run; everything else does.
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

protected_file() {
	head -c 8192 /dev/urandom >/tmp/data
	perl -e 'open F, "</tmp/data"; my $a = syscall 9, 0, 4096, 1, 2,
		fileno F, 0; exit syscall(10, $a, 4096, 5) == -1'
}

measured_file() {
	head -c 8192 /dev/urandom >/tmp/data2
	perl -e 'open F, "</tmp/data2"; syscall 9, 0, 4096, 5, 2, fileno F, 0;
		my $a = syscall 9, 0, 4096, 1, 2, fileno F, 0;
		exit syscall(10, $a, 4096, 5) == -1'
}

open_writer() {
	head -c 8192 /dev/urandom >/tmp/written
	perl -e 'open W, ">>/tmp/written"; open F, "</tmp/written";
		exit syscall(9, 0, 4096, 5, 2, fileno F, 0) == -1'
}

mkdir -p /tmp/warm
check "a program runs" run_fresh /tmp/warm/known
check "the mode is observe" test "$(cat "$S/mode")" = observe
check "enforce is accepted" bash -c "echo enforce >$S/mode"
check "the mode is enforce" test "$(cat "$S/mode")" = enforce
check "observe is refused" refuses bash -c "echo observe >$S/mode"
check "a known program runs" /tmp/warm/known --version
check "a new program runs" run_fresh /tmp/new
check "an unmeasured file is not made executable" refuses protected_file
check "a measured one is" measured_file
check "a file with a writer is not mapped" refuses open_writer
perl -e 1
check "the TPM is lost" host "tpm kill"
check "a new program is refused" refuses run_fresh /tmp/refused
check "the state is degraded" test "$(cat "$S/state")" = "armed degraded"
check "a known program runs on" /tmp/warm/known --version
check "another new one is refused" refuses run_fresh /tmp/refused2
check "a new module is refused" \
	refuses bash -c 'rmmod squashfs && insmod /vm/ko/squashfs.ko'
dump
check "the mode is in the log" times 1 ' STATE reason=19 mode=1'
check "what was refused is in the log too" once CODE exec /tmp/refused2
plan
