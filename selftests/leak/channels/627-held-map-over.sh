# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Overwritten by a mapping from before the label
# how: mapped, then the label comes
# expect: out-of-scope: a store asks nobody; who had it mapped gets its labels

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
