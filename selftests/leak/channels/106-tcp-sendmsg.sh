# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, sendmsg()
# how: read, connect, sendmsg
# expect: blocked

send() {
	leak out tcp-sendmsg "$SECRET"
}
