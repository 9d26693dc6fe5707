# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A descriptor from before the label
# how: opened and duplicated, then labelled, then read
# expect: labelled

# It gets its label once it is held.
seal() {
	plant
}

send() {
	leak dup-before "$SECRET" &
	wait_for stopped $!
	label
	kill -CONT $!
	wait $!
}
