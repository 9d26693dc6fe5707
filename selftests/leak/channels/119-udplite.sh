# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: UDP-Lite
# how: read, sendto with IPPROTO_UDPLITE
# expect: blocked

send() {
	leak out udplite "$SECRET"
}
