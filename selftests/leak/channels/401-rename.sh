# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Renamed
# how: mv, then read under the new name
# expect: labelled

send() {
	mv "$SECRET" "$DIR/copy" || return "$REFUSED"
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
