# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A loop device of it
# how: losetup, then the device is read
# expect: blocked

plant() {
	printf '%-4096s' "$TOKEN" >"$SECRET"
}

send() {
	local device
	device=$(losetup -f)
	losetup "$device" "$SECRET" || return "$REFUSED"
	leak tell "$device"
	local rc=$?
	losetup -d "$device"
	return "$rc"
}
