# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, raw, through a loop device
# how: losetup of the stick
# expect: blocked

prepare() {
	leak wipe /dev/sda
	device=$(losetup -f) && losetup "$device" /dev/sda
}

send() {
	leak block-write "$SECRET" "$device"
	local rc=$?
	losetup -d "$device"
	return "$rc"
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
