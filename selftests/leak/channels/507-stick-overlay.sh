# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: An overlay whose upper layer is on a stick
# how: cp to the merged tree
# expect: blocked

prepare() {
	mkdir "$DIR"/{mnt,lower,merged}
	mke2fs -q -t ext4 -O ^has_journal /dev/sda &&
		mount -t ext4 /dev/sda "$DIR/mnt" &&
		mkdir "$DIR/mnt/upper" "$DIR/mnt/work" &&
		mount -t overlay overlay -o \
			"lowerdir=$DIR/lower,upperdir=$DIR/mnt/upper,workdir=$DIR/mnt/work" \
			"$DIR/merged"
}

send() {
	local rc=$DONE
	cp "$SECRET" "$DIR/merged/copy" || rc=$REFUSED
	umount "$DIR/merged" "$DIR/mnt"
	return "$rc"
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
