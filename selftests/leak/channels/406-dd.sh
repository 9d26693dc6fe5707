# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied by dd
# how: to a file that was there
# expect: labelled

send() {
	dd if="$SECRET" of="$DIR/copy" 2>&1 || return "$REFUSED"
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
