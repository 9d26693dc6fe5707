# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: It is traced
# how: another process reads its memory by ptrace
# expect: blocked

send() {
	leak trace-from-start "${TOKEN:0:8}" declass stay "$SECRET"
}
