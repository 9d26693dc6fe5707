# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, connected before
# how: connect, read the secret, write
# expect: blocked

send() {
	leak out-early tcp "$SECRET"
}
