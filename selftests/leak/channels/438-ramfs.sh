# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied to ramfs
# how: a filesystem that can keep no label
# expect: blocked

prepare() {
	mkdir "$DIR/mnt"
	mount -t ramfs ramfs "$DIR/mnt"
}

send() {
	cp "$SECRET" "$DIR/mnt/copy" || return "$REFUSED"
	leak tell "$DIR/mnt/copy"
}
