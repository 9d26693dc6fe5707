# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A socket pair, stream
# how: A writes, B reads and sends
# expect: labelled

send() {
	leak stream-pair "$SECRET"
}
