#!/bin/bash
# SPDX-License-Identifier: MIT
# Bounds: one user's rate, the size of the log, batches, trimming.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes tpm=tis timeout=300
# vm: append=shinrai.extend=batch,shinrai.log_max=1100000,shinrai.rate=5,shinrai.burst=20 file=/usr/bin/perl
set -uo pipefail
. /vm/lib/tap.sh

mkdir -p /tmp/many && chown user /tmp/many

# scripts FROM TO: that many new contents, each run
scripts() {
	local i
	for i in $(seq "$1" "$2"); do
		printf '#!/usr/bin/bash\n# %s\n' "$i" >"/tmp/many/$i"
		chmod 755 "/tmp/many/$i"
		"/tmp/many/$i"
	done
}

# mapped DIR FROM TO: that many new contents, each mapped executable
mapped() {
	perl -e 'my ($d, $from, $to) = @ARGV;
		for my $i ($from .. $to) {
			open F, ">$d/m$i" or die; print F "m$i"; close F;
			open F, "<$d/m$i" or die;
			syscall(9, 0, 4096, 5, 2, fileno F, 0) != -1 or die;
			unlink "$d/m$i";
		}' "$@"
}

batched() {
	local before after
	before=$(cat "$S/records")
	mapped /tmp/many 1 300
	echo 1 >"$S/flush"
	after=$(cat "$S/records")
	echo "$((after - before)) records"
	[ "$((after - before))" -lt 60 ]
}

# Ordinary: twenty at once, then each is delayed, and none is refused.
hurried() {
	export -f scripts
	user bash -c 'scripts 1 40'
}

# A host that stops the machine shortens nobody's delay: of these sixty at least
# forty wait for a token, and each gets it.
stalled() {
	local answer
	export -f mapped
	exec 3<>/dev/virtio-ports/shinrai.host
	echo "stall 70" >&3
	user bash -c 'mapped /tmp/many 50001 50060' || return
	read -r -t 60 answer <&3
	[ "$answer" = ok ]
}

# Many at once are above what a delay of two seconds can hold.
crowd() {
	local i
	export -f mapped
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		user bash -c "mapped /tmp/many ${i}0000 ${i}0008" &
	done
	wait
}

# ioctl numbers of include/uapi/shinrai.h: CHECKPOINT _IO(0xB7, 4),
# TRIM _IOW(0xB7, 5, 16)
checkpoint() {
	perl -e 'open F, "+</dev/shinrai" or exit 1; my $z = 0;
		exit !defined ioctl F, 0xb704, $z'
}

trim() { # trim RECORD
	perl -e 'open F, "+</dev/shinrai" or exit 1;
		my $t = pack "Q L L", $ARGV[0], 0, 0;
		exit !defined ioctl F, 0x4010b705, $t' "$1"
}

reader_may_not() {
	perl -e 'open F, "</dev/shinrai" or exit 0; my $z = 0;
		exit defined ioctl F, 0xb704, $z'
}

check "three hundred files make few records" batched
check "a user who hurries is delayed" hurried
check "the state says nothing of it" test "$(cat "$S/state")" = armed
check "nor is he refused where the machine is stalled" stalled
check "of which the state says nothing" test "$(cat "$S/state")" = armed
check "a crowd of one user is cut off" crowd
check "the state says so" test "$(cat "$S/state")" = "armed overflowed"
dump
check "and so does the log" grep -qE ' OVERFLOW reason=33 .*uid=1000' /tmp/log
check "a checkpoint is written" checkpoint
check "which takes nothing from the state" \
	test "$(cat "$S/state")" = "armed overflowed"
check "a reader may not write one" reader_may_not
dump
last=$(grep -E ' CHECKPOINT ' /tmp/log | tail -n 1 | cut -d ' ' -f 1)
check "it covers all before it" \
	times 1 "^$last .* CHECKPOINT records=$last\$"
bytes=$(cat "$S/bytes")
check "nothing above it is trimmed" refuses trim "$((last + 1))"
check "what is below it is" trim "$last"
check "the log has shrunk" test "$(cat "$S/bytes")" -lt "$bytes"
dump
check "record 0 stays, the checkpoint follows" \
	test "$(cut -d ' ' -f 1 /tmp/log | head -n 2 | tr '\n' ' ')" = "0 $last "
check "an unprivileged user reads nothing" refuses user head -c 1 /dev/shinrai
check "nor does he arm" refuses user bash -c "echo 1 >$S/arm"

# Long paths fill the log soon.
long=/tmp/$(printf 'd%.0s' $(seq 200))/$(printf 'e%.0s' $(seq 200))
mkdir -p "$long"
fill() {
	mapped "$long" 1000 3500
}
check "the log fills" fill
check "it stays below its cap and the reserve" \
	test "$(cat "$S/bytes")" -lt 2200000
dump
check "which is told once" times 1 ' OVERFLOW reason=32 '
check "programs run on" scripts 5000 5005
plan
