# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, urgent data
# how: read, connect, send with MSG_OOB
# expect: blocked

send() {
	leak out tcp-oob "$SECRET"
}
