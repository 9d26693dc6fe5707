# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: process_vm_writev()
# how: A writes into B's memory
# expect: blocked

send() {
	leak vm-write "$SECRET"
}
