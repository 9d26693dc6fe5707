# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: /proc/PID/mem
# how: B reads A's memory
# expect: blocked

send() {
	leak mem-read "$SECRET"
}
