# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Its memory is read as a file
# how: /proc/PID/mem of it
# expect: blocked

send() {
	declass stay "$SECRET" &
	wait_for sleeping $!
	leak mem-read-other $! "${TOKEN:0:8}"
}
