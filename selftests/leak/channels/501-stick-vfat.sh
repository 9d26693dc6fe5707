# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, vfat
# how: cp to the mounted stick
# expect: blocked

prepare() {
	mkdir "$DIR/mnt"
	mkdosfs /dev/sda >/dev/null && mount -t vfat /dev/sda "$DIR/mnt"
}

send() {
	local rc=$DONE
	cp "$SECRET" "$DIR/mnt/copy" || rc=$REFUSED
	umount "$DIR/mnt"
	return "$rc"
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
