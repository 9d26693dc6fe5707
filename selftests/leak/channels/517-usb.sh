# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, from user space
# how: its driver is detached, USB transfers by usbfs
# expect: blocked

prepare() {
	leak wipe /dev/sda
	local at bus device
	at=$(readlink -f /sys/block/sda/device)
	until [ -f "$at/busnum" ]; do at=${at%/*}; done
	read -r bus <"$at/busnum"
	read -r device <"$at/devnum"
	node=$(printf '/dev/bus/usb/%03d/%03d' "$bus" "$device")
}

send() {
	leak usb "$SECRET" "$node"
	local rc=$?
	leak reconnect "$node"
	wait_for [ -b /dev/sda ]
	return "$rc"
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
