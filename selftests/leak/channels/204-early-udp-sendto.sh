# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: UDP socket from before
# how: open a socket, read, sendto
# expect: blocked

send() {
	leak out-early udp-sendto "$SECRET"
}
