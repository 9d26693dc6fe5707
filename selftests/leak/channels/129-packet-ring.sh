# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: AF_PACKET, PACKET_TX_RING
# how: the frame lies in shared memory, send() only starts it
# expect: blocked

send() {
	leak out packet-ring "$SECRET"
}
