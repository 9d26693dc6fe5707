# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Overwritten by io_uring
# how: WRITE of zeroes
# expect: blocked

send() {
	leak ring-over "$SECRET"
}

receive() {
	gone
}
