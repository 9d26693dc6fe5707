# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A mapping made writable
# how: mapped to read, then mprotect()
# expect: blocked

send() {
	leak map-protect "$SECRET"
}

receive() {
	gone
}
