# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Unmounted and mounted again
# how: the label comes back from the disk
# expect: blocked

prepare() {
	mkdir "$DIR/mnt"
	export SECRET=$DIR/mnt/secret
	mke2fs -q "$DIR/image" 512 && mount -o loop "$DIR/image" "$DIR/mnt"
}

send() {
	umount "$DIR/mnt" && mount -o loop "$DIR/image" "$DIR/mnt" ||
		return "$BROKEN"
	leak tell "$SECRET"
}
