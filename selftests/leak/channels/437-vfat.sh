# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied to vfat
# how: a filesystem that can keep no label
# expect: blocked

prepare() {
	mkdir "$DIR/mnt"
	truncate -s 1M "$DIR/image"
	mkdosfs "$DIR/image" >/dev/null &&
		mount -t vfat -o loop "$DIR/image" "$DIR/mnt"
}

send() {
	cp "$SECRET" "$DIR/mnt/copy" || return "$REFUSED"
	leak tell "$DIR/mnt/copy"
}
