# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, SEND
# how: connected socket
# expect: blocked

send() {
	leak ring-send "$SECRET"
}
