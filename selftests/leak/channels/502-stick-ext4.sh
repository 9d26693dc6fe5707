# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, ext4
# how: it could keep the label, and leaves with it
# expect: blocked

prepare() {
	mkdir "$DIR/mnt"
	mke2fs -q -t ext4 -O ^has_journal /dev/sda && mount -t ext4 /dev/sda "$DIR/mnt"
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
