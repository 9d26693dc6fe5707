# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Through a loop device
# how: losetup, the device is zeroed
# expect: blocked

plant() {
	{
		printf '%s\n' "$TOKEN"
		head -c 8192 /dev/zero
	} >"$SECRET"
}

send() {
	local device
	device=$(losetup -f)
	losetup "$device" "$SECRET" || return "$REFUSED"
	leak wipe "$device"
	local rc=$?
	losetup -d "$device"
	return "$rc"
}

receive() {
	gone
}
