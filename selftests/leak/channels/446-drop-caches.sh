# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Read again after the caches were dropped
# how: the label comes back from the disk
# expect: blocked

send() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	leak tell "$SECRET"
}
