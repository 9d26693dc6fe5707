# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Raw IP socket from before
# how: open a socket, read, sendto
# expect: blocked

send() {
	leak out-early raw "$SECRET"
}
