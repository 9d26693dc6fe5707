# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A file that gets its name later
# how: O_TMPFILE, written, then linked
# expect: labelled

send() {
	leak tmpfile "$SECRET" "$DIR/copy" || return
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
