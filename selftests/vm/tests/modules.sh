#!/bin/bash
# SPDX-License-Identifier: MIT
# Kernel modules are measured from files and from buffers, before they run.
# vm: kernel=6.1,6.12 load=late arm=yes tpm=tis timeout=180 file=/usr/bin/perl
set -uo pipefail
. /vm/lib/tap.sh

from_file() {
	rmmod squashfs && perl -e 'my $e = ""; open F, "</vm/ko/squashfs.ko";
		exit syscall(313, fileno F, $e, 0) != 0'
}

# Another content, so that it is measured again.
from_buffer() {
	rmmod loop
	cp /vm/ko/loop.ko /tmp/loop.ko
	perl -e 'open F, "</tmp/loop.ko"; binmode F; local $/; my $d = <F>;
		my $e = "";
		exit syscall(175, $d, length $d, $e) != 0'
}

check "a module loads from a file" from_file
check "a module loads from a buffer" from_buffer
check "a module is removed as ever" rmmod loop
check "a forced removal of any module is refused" \
	refuses rmmod -f squashfs
dump
check "the file's module is there once" once CODE module /vm/ko/squashfs.ko
check "the buffer's module is there once" once CODE module /tmp/loop.ko
check "the buffer is said to be one" \
	times 1 " CODE kind=module digest=$(digest /tmp/loop.ko) .*flags=4"
check "modules that were there are named" times 1 ' MODULE name=ext4$'
check "nothing was left unmeasured" times 0 UNMEASURED
plan
