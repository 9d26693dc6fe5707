# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A range zeroed
# how: fallocate(ZERO_RANGE)
# expect: blocked

send() {
	leak zero-range "$SECRET"
}

receive() {
	gone
}
