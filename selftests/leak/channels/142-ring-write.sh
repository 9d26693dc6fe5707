# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, WRITE
# how: to a socket
# expect: blocked

send() {
	leak ring-write "$SECRET"
}
