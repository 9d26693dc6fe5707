# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, sendmmsg()
# how: read, connect, sendmmsg
# expect: blocked

send() {
	leak out tcp-sendmmsg "$SECRET"
}
