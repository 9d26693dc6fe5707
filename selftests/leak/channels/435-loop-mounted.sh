# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A copy within a mounted image
# how: ext4 on a loop device; the image is read afterwards
# expect: blocked

prepare() {
	mkdir "$DIR/mnt"
	mke2fs -q "$DIR/image" 512 && mount -o loop "$DIR/image" "$DIR/mnt"
}

send() {
	cp "$SECRET" "$DIR/mnt/copy" || return "$REFUSED"
	umount "$DIR/mnt"
	leak tell-found "$DIR/image" "${TOKEN:0:8}"
}
