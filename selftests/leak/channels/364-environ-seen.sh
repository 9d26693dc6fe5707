# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The environment of a process
# how: A exports it to a program, B reads /proc/PID/environ
# expect: labelled

send() {
	bash -c 'T=$(cat "$1") exec leak stay "$1"' - "$SECRET" &
	wait_for sleeping $!
	tr '\0' '\n' <"/proc/$!/environ" | sed -n 's/^T=//p' |
		leak tell /dev/stdin
}
