# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Its memory is read
# how: process_vm_readv() of it
# expect: blocked

send() {
	declass stay "$SECRET" &
	wait_for sleeping $!
	leak vm-read-other $! "${TOKEN:0:8}"
}
