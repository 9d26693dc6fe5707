# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, raw, asynchronous
# how: io_submit
# expect: blocked

prepare() {
	leak wipe /dev/sda
}

send() {
	leak block-aio "$SECRET" /dev/sda
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
