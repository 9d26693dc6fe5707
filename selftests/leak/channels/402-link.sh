# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A hard link
# how: ln, then read by the other name
# expect: labelled

send() {
	ln "$SECRET" "$DIR/copy" || return "$REFUSED"
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
