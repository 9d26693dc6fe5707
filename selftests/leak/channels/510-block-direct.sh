# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, raw, O_DIRECT
# how: past the page cache
# expect: blocked

prepare() {
	leak wipe /dev/sda
}

send() {
	leak block-direct "$SECRET" /dev/sda
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
