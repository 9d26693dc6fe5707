# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, SENDMSG
# how: connected socket
# expect: blocked

send() {
	leak ring-sendmsg "$SECRET"
}
