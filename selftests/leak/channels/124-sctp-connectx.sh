# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: SCTP, connectx
# how: setsockopt(SCTP_SOCKOPT_CONNECTX) connects
# expect: blocked

send() {
	leak out sctp-connectx "$SECRET"
}
