# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, TCP_FASTOPEN_CONNECT from before
# how: connect() deferred, read, write
# expect: blocked

send() {
	leak out-early fastopen-connect "$SECRET"
}
