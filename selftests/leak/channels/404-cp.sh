# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied
# how: cp, then the copy is read
# expect: labelled

send() {
	cp "$SECRET" "$DIR/copy" || return "$REFUSED"
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
