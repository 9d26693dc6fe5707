# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A stick, SCSI command
# how: SG_IO: no write() is called
# expect: blocked

prepare() {
	leak wipe /dev/sda
}

send() {
	leak block-scsi "$SECRET" /dev/sda
}

receive() {
	leak on-media /dev/sda "$TOKEN"
}
