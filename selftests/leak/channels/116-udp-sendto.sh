# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: UDP, not connected
# how: read, sendto
# expect: blocked

send() {
	leak out udp-sendto "$SECRET"
}
