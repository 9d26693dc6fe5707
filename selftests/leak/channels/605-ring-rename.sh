# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, RENAMEAT over it
# how: a kernel worker renames
# expect: blocked

send() {
	echo other >"$DIR/other"
	leak ring-rename "$DIR/other" "$SECRET"
}

receive() {
	gone
}
