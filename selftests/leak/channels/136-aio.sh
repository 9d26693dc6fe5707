# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Asynchronous I/O
# how: io_submit writes to the socket
# expect: blocked

send() {
	leak aio "$SECRET"
}
