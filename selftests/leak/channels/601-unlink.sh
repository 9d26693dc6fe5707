# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: unlink()
# how: rm
# expect: blocked

send() {
	rm "$SECRET" || return "$REFUSED"
}

receive() {
	gone
}
