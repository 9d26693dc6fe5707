#!/bin/bash
# SPDX-License-Identifier: MIT
# Every kind of code is in the log once, with the digest that sha256sum gives.
# vm: kernel=6.1,6.12 load=late arm=yes tpm=tis timeout=180 file=/usr/bin/perl
set -uo pipefail
. /vm/lib/tap.sh

program() {
	fresh /usr/bin/openssl /tmp/program
	/tmp/program version && /tmp/program version
}

script() {
	printf '#!/usr/bin/bash\nexit 0\n' >/tmp/script
	chmod +x /tmp/script
	/tmp/script
}

interpreter() {
	fresh /usr/bin/bash /tmp/interpreter
	printf '#!/tmp/interpreter\nexit 0\n# other\n' >/tmp/script2
	chmod +x /tmp/script2
	/tmp/script2
}

library() {
	fresh /usr/lib/x86_64-linux-gnu/libtinfo.so.6 /tmp/libtinfo.so.6
	LD_LIBRARY_PATH=/tmp /usr/bin/bash -c true
}

direct() {
	fresh /usr/bin/jq /tmp/direct
	/lib64/ld-linux-x86-64.so.2 /tmp/direct --version
}

# perl's syscall(): mmap 9, mprotect 10, init_module 175, memfd_create 319,
# execveat 322
anonymous() {
	perl -e 'my $a = syscall 9, 0, 4096, 7, 0x22, -1, 0; exit $a == -1'
}

protected() {
	perl -e 'my $a = syscall 9, 0, 4096, 3, 0x22, -1, 0;
		exit syscall 10, $a, 4096, 5'
}

protected_file() {
	head -c 8192 /dev/urandom >/tmp/data
	perl -e 'open F, "</tmp/data"; my $a = syscall 9, 0, 4096, 1, 2,
		fileno F, 0; exit syscall 10, $a, 4096, 5'
}

check "a program runs" program
check "a script runs" script
check "a script with a new interpreter runs" interpreter
check "a program with another library runs" library
check "ld.so runs a program" direct
check "anonymous memory becomes executable" anonymous
check "mprotect makes anonymous memory executable" protected
check "mprotect makes a file executable" protected_file
ln -s /tmp/program /tmp/link && /tmp/link version >/dev/null
cp /tmp/program /tmp/again && /tmp/again version >/dev/null
dump

check "START is first, ARM second" \
	test "$(sed -nE '1s/.* START .*/START/p;2s/.* ARM .*/ARM/p' /tmp/log |
		tr '\n' ' ')" = 'START ARM '
check "ARM counts what was there" times \
	"$(sed -nE 's/.* ARM .*running=([0-9]+).*/\1/p' /tmp/log)" \
	' (RUNNING|MODULE) '
check "the program is there once" once CODE exec /tmp/program
check "the script is there once" once CODE script /tmp/script
check "its interpreter is there once" once CODE exec /tmp/interpreter
check "the library is there once" once CODE mmap /tmp/libtinfo.so.6
check "the program behind ld.so is there once" once CODE mmap /tmp/direct
check "the protected file is there once, late" \
	times 1 " CODE kind=mmap digest=$(digest /tmp/data) .*flags=48"
check "anonymous code is there twice at most" \
	test "$(grep -c ' ANON_EXEC .*exe=/usr/bin/perl' /tmp/log)" -le 2
check "and once at least" \
	test "$(grep -c ' ANON_EXEC .*exe=/usr/bin/perl' /tmp/log)" -ge 1
check "nothing was left unmeasured" times 0 UNMEASURED
check "no violation was seen" times 0 VIOLATION
check "the state is armed and nothing else" test "$(cat "$S/state")" = armed
check "arming again is refused" refuses bash -c "echo 1 >$S/arm"
check "unloading is refused" refuses rmmod shinrai
check "forced unloading is refused" refuses rmmod -f shinrai
check "ftrace stays enabled" \
	refuses bash -c 'echo 0 >/proc/sys/kernel/ftrace_enabled'
check "our programs cannot be opened" refuses bpftool prog dump xlated \
	name shinrai_exec
check "our maps cannot be opened" refuses bpftool map dump name shinrai_marks
plan
