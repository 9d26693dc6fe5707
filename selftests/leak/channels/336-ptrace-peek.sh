# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: ptrace, B reads A
# how: attached after A read
# expect: blocked

send() {
	leak ptrace-peek "$SECRET"
}
