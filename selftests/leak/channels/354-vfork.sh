# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: vfork()
# how: the child reads into the parent's memory
# expect: blocked

send() {
	leak vfork "$SECRET"
}
