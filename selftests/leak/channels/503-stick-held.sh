# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, a file held from before
# how: opened for writing before the secret is read
# expect: blocked

prepare() {
	mkdir "$DIR/mnt"
	mkdosfs /dev/sda >/dev/null && mount -t vfat /dev/sda "$DIR/mnt"
}

send() {
	local rc=$DONE
	leak copy-held "$SECRET" "$DIR/mnt/copy" || rc=$?
	umount "$DIR/mnt"
	return "$rc"
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
