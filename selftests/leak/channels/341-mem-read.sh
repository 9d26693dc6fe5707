# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: /proc/PID/mem
# how: B reads A's memory
# expect: labelled

send() {
	leak mem-read "$SECRET"
}
