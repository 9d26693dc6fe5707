# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: An image on a stick
# how: ext4 on a loop device, whose file is on the stick
# expect: blocked

prepare() {
	mkdir "$DIR/mnt" "$DIR/inner"
	mkdosfs /dev/sda >/dev/null && mount -t vfat /dev/sda "$DIR/mnt" &&
		mke2fs -q "$DIR/mnt/image" 512 &&
		mount -o loop "$DIR/mnt/image" "$DIR/inner"
}

send() {
	local rc=$DONE
	cp "$SECRET" "$DIR/inner/copy" || rc=$REFUSED
	umount "$DIR/inner" "$DIR/mnt"
	sync
	return "$rc"
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
