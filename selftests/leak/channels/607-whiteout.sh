# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Renamed away, a whiteout in its place
# how: RENAME_WHITEOUT, then the copy is unlinked
# expect: blocked

send() {
	leak whiteout "$SECRET" "$DIR/away" &&
		rm "$DIR/away" || return "$REFUSED"
}

# It was only moved.
receive() {
	export SECRET=$DIR/away
	gone
}
