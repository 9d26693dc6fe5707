# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: UDP broadcast
# how: read, sendto the whole network
# expect: blocked

send() {
	leak out broadcast "$SECRET"
}
