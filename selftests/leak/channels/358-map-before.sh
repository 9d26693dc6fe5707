# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A mapping from before the label
# how: mapped, then labelled, then read from memory
# expect: labelled

# It gets its label once it is held.
seal() {
	plant
}

send() {
	leak map-before "$SECRET" &
	wait_for stopped $!
	label
	kill -CONT $!
	wait $!
}
