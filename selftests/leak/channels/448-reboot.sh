# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Read after a reboot
# how: the label comes back from the disk
# expect: blocked

send() {
	leak tell "$SECRET"
}
