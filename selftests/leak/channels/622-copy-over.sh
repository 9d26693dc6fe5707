# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: copy_file_range() over it
# how: zeroes of another file
# expect: blocked

send() {
	leak copy-over "$SECRET" "$DIR/other"
}

receive() {
	gone
}
