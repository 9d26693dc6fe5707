# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: SCTP
# how: read, connect, write
# expect: blocked

send() {
	leak out sctp "$SECRET"
}
