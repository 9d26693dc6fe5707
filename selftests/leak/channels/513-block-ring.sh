# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, raw, io_uring
# how: WRITE by a ring
# expect: blocked

prepare() {
	leak wipe /dev/sda
}

send() {
	leak block-ring "$SECRET" /dev/sda
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
