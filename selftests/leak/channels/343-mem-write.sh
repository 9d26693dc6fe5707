# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: /proc/PID/mem, A writes into B
# how: opened after A read
# expect: blocked

send() {
	leak mem-write "$SECRET"
}
