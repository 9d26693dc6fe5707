# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: AF_PACKET ring from before
# how: open and bind, read, fill the ring
# expect: blocked

send() {
	leak out-early packet-ring "$SECRET"
}
