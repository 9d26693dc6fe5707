# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, TEE
# how: pipe to pipe, then to the socket
# expect: blocked

send() {
	leak ring-tee "$SECRET"
}
