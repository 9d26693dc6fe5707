# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, SEND_ZC with an address
# how: UDP, not connected
# expect: blocked

send() {
	leak ring-sendto "$SECRET"
}
