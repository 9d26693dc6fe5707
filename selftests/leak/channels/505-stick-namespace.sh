# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016
# channel: A stick in a mount namespace
# how: mounted by the process itself, in a namespace of its own
# expect: blocked

prepare() {
	mkdir "$DIR/mnt"
	mkdosfs /dev/sda >/dev/null
}

send() {
	unshare -m bash -c 'mount -t vfat /dev/sda "$2" || exit 3
		cp "$1" "$2/copy" || exit 3' - "$SECRET" "$DIR/mnt"
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
