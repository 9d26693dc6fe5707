# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A second name unlinked last
# how: ln, then both names go
# expect: blocked

send() {
	ln "$SECRET" "$DIR/other" && rm "$SECRET" &&
		rm "$DIR/other" || return "$REFUSED"
}

receive() {
	gone
}
