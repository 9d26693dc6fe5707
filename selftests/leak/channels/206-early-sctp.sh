# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: SCTP, connected before
# how: connect, read, write
# expect: blocked

send() {
	leak out-early sctp "$SECRET"
}
