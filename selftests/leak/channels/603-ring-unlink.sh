# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, UNLINKAT
# how: a kernel worker unlinks
# expect: blocked

send() {
	leak ring-unlink "$SECRET"
}

receive() {
	gone
}
