# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A socket pair, packets
# how: A writes, B reads and sends
# expect: labelled

send() {
	leak packet-pair "$SECRET"
}
