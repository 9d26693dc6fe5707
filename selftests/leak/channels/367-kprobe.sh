# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A kernel probe
# how: a trace event prints the buffer of every write() of A
# expect: out-of-scope: who may instrument the kernel is the kernel; lockdown=confidentiality refuses it

send() {
	local t=/sys/kernel/tracing
	{
		echo 'p:leak __x64_sys_write text=+0(+104(%di)):ustring' \
			>$t/kprobe_events &&
			echo 1 >$t/events/kprobes/leak/enable
	} || return "$REFUSED"
	leak fd-out 9 "$SECRET" 9>/dev/null
	echo 0 >$t/events/kprobes/leak/enable
	leak tell-found $t/trace "${TOKEN:0:8}"
	local rc=$?
	echo >$t/kprobe_events
	echo >$t/trace
	return "$rc"
}
