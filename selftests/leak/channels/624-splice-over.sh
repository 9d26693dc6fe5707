# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: splice() over it
# how: zeroes out of a pipe
# expect: blocked

send() {
	leak splice-over "$SECRET" "$DIR/other"
}

receive() {
	gone
}
