# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Overwritten by a descriptor from before the label
# how: opened for writing, then the label comes
# expect: blocked

# It gets its label once it is held.
seal() {
	plant
}

send() {
	leak held-over "$SECRET" &
	wait_for stopped $!
	label
	kill -CONT $!
	wait $!
}

receive() {
	gone
}
