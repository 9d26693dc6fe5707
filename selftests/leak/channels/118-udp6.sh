# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: UDP over IPv6
# how: read, sendto
# expect: blocked

send() {
	leak out udp6 "$SECRET"
}
