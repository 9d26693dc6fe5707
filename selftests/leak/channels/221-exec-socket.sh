# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A connection inherited over exec
# how: descriptor 9 is connected before the program starts
# expect: blocked

send() {
	leak dial leak fd-out 9 "$SECRET"
}
