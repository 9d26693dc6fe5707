# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Exchanged with another file
# how: RENAME_EXCHANGE
# expect: blocked

send() {
	echo other >"$DIR/other"
	leak exchange "$DIR/other" "$SECRET"
}

receive() {
	gone
}
