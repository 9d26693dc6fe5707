# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, MSG_ZEROCOPY
# how: read, connect, let the card fetch it from our pages
# expect: blocked

send() {
	leak out tcp-zerocopy "$SECRET"
}
