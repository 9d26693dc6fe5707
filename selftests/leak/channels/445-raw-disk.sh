# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The disk beneath
# how: a clean process reads the block device
# expect: out-of-scope: who may read the raw disk may read all files; encrypt it

send() {
	sync
	leak tell-found /dev/vda "${TOKEN:0:8}"
}
