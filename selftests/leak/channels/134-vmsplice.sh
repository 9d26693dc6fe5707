# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: vmsplice() and splice()
# how: pages of memory into a pipe, from there to the socket
# expect: blocked

send() {
	leak vmsplice "$SECRET"
}
