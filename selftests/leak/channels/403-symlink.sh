# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A symbolic link
# how: ln -s, then read through it
# expect: labelled

send() {
	ln -s "$SECRET" "$DIR/copy" || return "$REFUSED"
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
