# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: AF_PACKET
# how: a frame of an experimental EtherType
# expect: blocked

send() {
	leak out packet "$SECRET"
}
