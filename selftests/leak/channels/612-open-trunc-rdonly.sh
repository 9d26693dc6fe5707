# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: open(O_RDONLY | O_TRUNC)
# how: opened for reading
# expect: blocked

send() {
	leak open-trunc-rdonly "$SECRET"
}

receive() {
	gone
}
