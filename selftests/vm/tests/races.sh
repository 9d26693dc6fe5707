#!/bin/bash
# SPDX-License-Identifier: MIT
# Time of use: writers, changes, and many who want the same thing at once.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes tpm=tis timeout=300 smp=2
# vm: file=/usr/bin/perl
set -uo pipefail
. /vm/lib/tap.sh

# Mapped executable while somebody holds it open for writing.
open_writer() {
	head -c 8192 /dev/urandom >/tmp/written
	perl -e 'open W, ">>/tmp/written"; open F, "</tmp/written";
		exit syscall(9, 0, 4096, 5, 2, fileno F, 0) == -1'
}

# Opened for writing while mapped executable.
opened_in_use() {
	head -c 8192 /dev/urandom >/tmp/in_use
	perl -e 'open F, "</tmp/in_use";
		my $a = syscall 9, 0, 4096, 5, 2, fileno F, 0; close F;
		open W, ">>/tmp/in_use"; close W; open W, ">>/tmp/in_use"'
}

# Opened for writing while nobody uses it: no violation, and measured again.
opened_unused() {
	fresh /usr/bin/jq /tmp/unused
	/tmp/unused --version && cp /tmp/unused /tmp/unused.1
	printf z >>/tmp/unused && /tmp/unused --version
}

# Stores through a shared mapping move no change counter at once.
shared_mapping() {
	fresh /usr/bin/jq /tmp/shared
	cp /tmp/shared /tmp/shared.1
	/tmp/shared --version
	perl -e 'open F, "+</tmp/shared"; my $l = (-s F) - 1;
		my $a = syscall 9, 0, 1 << 20, 3, 1, fileno F, 0; close F;
		my $s = pack "C", 65; open M, "+</proc/self/mem"; binmode M;
		sysseek M, $a + $l, 0; syswrite M, $s'
	/tmp/shared --version
}

# Eight at once, of one program, that changes a few times meanwhile.
one=/tmp/one
loop() {
	local i
	for i in $(seq 35); do "$one" --version || true; done
}

parallel() {
	local i
	fresh /usr/bin/jq "$one"
	cp "$one" "$one.0"
	for i in 1 2 3 4 5 6 7 8; do loop & done
	sleep 1 # or none may have run the first one
	for i in 1 2 3; do
		cp "$one" "$one.$i"
		printf '%s' "$i" >>"$one.$i"
		cp "$one.$i" "$one.new" && mv "$one.new" "$one"
		sleep 1
	done
	wait
}

# In place, with writers that come and go: whatever ran is told of.
writers() {
	local i
	fresh /usr/bin/jq "$one"
	for i in 1 2 3 4; do loop 2>/dev/null & done
	for i in $(seq 20); do
		printf '%s' "$i" >>"$one" || true
		usleep 50000
	done
	wait
}

check "a file with a writer is mapped" open_writer
check "a mapped file is opened for writing" opened_in_use
check "an unused program is changed" opened_unused
check "a program is changed through a mapping" shared_mapping
check "a program that is replaced runs eight times at once" parallel
check "a program that is written to runs four times at once" writers
dump
check "open writers are a violation, once" \
	times 1 ' VIOLATION digest=.* reason=1 path=/tmp/written'
check "and the content is there" once CODE mmap /tmp/written
check "a write while in use is a violation, once" \
	times 1 ' VIOLATION reason=2 path=/tmp/in_use'
check "a write while unused is none" times 0 ' VIOLATION .*path=/tmp/unused'
check "both contents are there" eval \
	'once CODE exec /tmp/unused.1 && once CODE exec /tmp/unused'
check "the content before the mapping is there" once CODE exec /tmp/shared.1
check "the content after it is there" once CODE exec /tmp/shared
for i in 0 1 2 3; do
	check "version $i is there once" once CODE exec "$one.$i"
done
check "the last content written is there" once CODE exec "$one"
check "nothing was left unmeasured" times 0 UNMEASURED
check "no change was missed" test "$(cat "$S/state")" = armed
plan
