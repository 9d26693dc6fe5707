# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, a mapping from before
# how: mapped before the secret is read
# expect: blocked

prepare() {
	mkdir "$DIR/mnt"
	mkdosfs /dev/sda >/dev/null && mount -t vfat /dev/sda "$DIR/mnt"
}

send() {
	local rc=$DONE
	leak copy-map "$SECRET" "$DIR/mnt/copy" || rc=$?
	umount "$DIR/mnt"
	return "$rc"
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
