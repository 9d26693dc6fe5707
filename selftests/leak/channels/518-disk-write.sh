# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A fixed disk, raw
# how: write() to a block device that no file system is on
# expect: blocked

prepare() {
	leak wipe /dev/vdc
}

send() {
	leak block-write "$SECRET" /dev/vdc
}

receive() {
	leak on-media /dev/vdc "$TOKEN"
}
