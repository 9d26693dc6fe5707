# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Overwritten
# how: write() of zeroes
# expect: blocked

send() {
	leak overwrite "$SECRET"
}

receive() {
	gone
}
