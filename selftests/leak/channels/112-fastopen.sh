# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, MSG_FASTOPEN
# how: sendto connects and sends in one: connect() is never called
# expect: blocked

send() {
	leak out fastopen "$SECRET"
}
