# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: ptrace, A asks B to trace it
# how: PTRACE_TRACEME after A read
# expect: blocked

send() {
	leak ptrace-late "$SECRET"
}
