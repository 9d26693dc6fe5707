# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, TCP_FASTOPEN_CONNECT
# how: connect() sends nothing, the first write does both
# expect: blocked

send() {
	leak out fastopen-connect "$SECRET"
}
