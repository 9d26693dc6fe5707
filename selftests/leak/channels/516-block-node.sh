# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, raw, by a node of one's own
# how: mknod of the same device
# expect: blocked

prepare() {
	leak wipe /dev/sda
	mknod "$DIR/node" b 8 0
}

send() {
	leak block-write "$SECRET" "$DIR/node"
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
