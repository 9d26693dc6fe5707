# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The arguments of a process
# how: A passes it to a program, B reads /proc/PID/cmdline
# expect: labelled

send() {
	bash -c 'exec leak stay "$1" "$(cat "$1")"' - "$SECRET" &
	wait_for sleeping $!
	tr '\0' '\n' <"/proc/$!/cmdline" | tail -n 1 | leak tell /dev/stdin
}
