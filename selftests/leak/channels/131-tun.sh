# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A tun interface
# how: packets written to /dev/net/tun are routed on
# expect: blocked

send() {
	leak out tun "$SECRET"
}
