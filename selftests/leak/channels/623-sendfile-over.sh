# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: sendfile() over it
# how: zeroes of another file
# expect: blocked

send() {
	leak sendfile-over "$SECRET" "$DIR/other"
}

receive() {
	gone
}
