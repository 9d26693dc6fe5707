# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP over IPv6
# how: read, connect, write
# expect: blocked

send() {
	leak out tcp6 "$SECRET"
}
