# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, raw, mapped
# how: mapped before the secret is read
# expect: blocked

prepare() {
	leak wipe /dev/sda
}

send() {
	leak block-map "$SECRET" /dev/sda
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
