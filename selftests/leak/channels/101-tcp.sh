# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, write()
# how: read the secret, connect, write
# expect: blocked

send() {
	leak out tcp "$SECRET"
}
