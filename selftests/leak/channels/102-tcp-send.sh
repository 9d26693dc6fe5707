# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, send()
# how: read, connect, send
# expect: blocked

send() {
	leak out tcp-send "$SECRET"
}
