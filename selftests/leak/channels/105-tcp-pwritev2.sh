# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, pwritev2()
# how: read, connect, pwritev2 at no offset
# expect: blocked

send() {
	leak out tcp-pwritev2 "$SECRET"
}
