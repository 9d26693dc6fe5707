# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Moved to another filesystem
# how: mv copies and deletes
# expect: labelled

send() {
	mv "$SECRET" "$TMP/copy" # the copy is there even if the file stays
	[ -s "$TMP/copy" ] || return "$REFUSED"
	carrier "$TMP/copy"
	leak tell "$TMP/copy"
}
