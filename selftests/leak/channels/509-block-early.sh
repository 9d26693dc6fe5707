# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, raw, opened before
# how: opened before the secret is read
# expect: blocked

prepare() {
	leak wipe /dev/sda
}

send() {
	leak block-early "$SECRET" /dev/sda
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
