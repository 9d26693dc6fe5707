# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: truncate()
# how: by path
# expect: blocked

send() {
	leak truncate "$SECRET"
}

receive() {
	gone
}
