# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Stores to a shared mapping
# how: no call is made
# expect: blocked

send() {
	leak map-zero "$SECRET"
}

receive() {
	gone
}
