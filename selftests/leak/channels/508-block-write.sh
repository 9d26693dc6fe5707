# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, raw
# how: write() to the block device
# expect: blocked

prepare() {
	leak wipe /dev/sda
}

send() {
	leak block-write "$SECRET" /dev/sda
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
