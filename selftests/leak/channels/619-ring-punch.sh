# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A hole punched by io_uring
# how: FALLOCATE in a kernel worker
# expect: blocked

send() {
	leak ring-punch "$SECRET"
}

receive() {
	gone
}
