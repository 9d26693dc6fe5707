# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: UDP, connected
# how: read, connect, write
# expect: blocked

send() {
	leak out udp "$SECRET"
}
