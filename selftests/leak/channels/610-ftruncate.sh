# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: ftruncate()
# how: by descriptor; another hook on 6.12
# expect: blocked

send() {
	leak ftruncate "$SECRET"
}

receive() {
	gone
}
