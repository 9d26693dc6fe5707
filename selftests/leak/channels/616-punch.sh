# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A hole punched
# how: fallocate(PUNCH_HOLE)
# expect: blocked

send() {
	leak punch "$SECRET"
}

receive() {
	gone
}
