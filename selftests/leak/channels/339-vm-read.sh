# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: process_vm_readv()
# how: B reads A's memory
# expect: blocked

send() {
	leak vm-read "$SECRET"
}
