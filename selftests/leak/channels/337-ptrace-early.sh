# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: ptrace, B has traced A all along
# how: attached before A read; no hook sees PEEKDATA
# expect: blocked

send() {
	leak ptrace-early "$SECRET"
}
