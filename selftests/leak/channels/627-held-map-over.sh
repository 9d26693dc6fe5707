# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Overwritten by a mapping from before the label
# how: mapped, then the label comes
# expect: blocked

# It gets its label once it is held.
seal() {
	plant
}

send() {
	leak held-map-over "$SECRET" &
	wait_for stopped $!
	label
	kill -CONT $!
	wait $!
}

receive() {
	gone
}
