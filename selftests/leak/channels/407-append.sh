# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Appended
# how: to a file with other content
# expect: labelled

send() {
	bash -c 'cat "$1" >>"$2"' - "$SECRET" "$DIR/copy" || return "$REFUSED"
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
