# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, connected before, sendmsg()
# how: connect, read, sendmsg
# expect: blocked

send() {
	leak out-early tcp-sendmsg "$SECRET"
}
