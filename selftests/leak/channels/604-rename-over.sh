# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Another file renamed over it
# how: mv
# expect: blocked

send() {
	echo other >"$DIR/other"
	mv "$DIR/other" "$SECRET" || return "$REFUSED"
}

receive() {
	gone
}
