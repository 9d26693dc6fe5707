# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Overwritten by pwritev2()
# how: of zeroes
# expect: blocked

send() {
	leak pwritev2-over "$SECRET"
}

receive() {
	gone
}
