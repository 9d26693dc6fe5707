# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The label overwritten by io_uring
# how: IORING_OP_SETXATTR
# expect: blocked

send() {
	leak forge-ring "$SECRET"
	leak tell "$SECRET"
}
