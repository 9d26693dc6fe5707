# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: splice() from before the label
# how: file and connection are open, then the label comes
# expect: blocked

# It gets its label once it is held.
seal() {
	plant
}

send() {
	leak sendfile-before "$SECRET" &
	wait_for stopped $!
	label
	kill -CONT $!
	wait $!
}
