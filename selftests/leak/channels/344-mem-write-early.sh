# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: /proc/PID/mem, A writes into B, opened before
# how: opened before A read
# expect: blocked

send() {
	leak mem-write-early "$SECRET"
}
