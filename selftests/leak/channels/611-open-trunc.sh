# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: open(O_TRUNC)
# how: opened for writing
# expect: blocked

send() {
	leak open-trunc "$SECRET"
}

receive() {
	gone
}
