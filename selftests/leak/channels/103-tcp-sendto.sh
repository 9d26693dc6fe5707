# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, sendto() with an address
# how: read, connect, sendto
# expect: blocked

send() {
	leak out tcp-sendto "$SECRET"
}
