# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: UDP, connected before
# how: connect, read, write
# expect: blocked

send() {
	leak out-early udp "$SECRET"
}
