# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: UDP, sendmmsg()
# how: read, sendmmsg with an address in each message
# expect: blocked

send() {
	leak out udp-sendmmsg "$SECRET"
}
