# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: SCTP, implicit association
# how: a one-to-many socket, sendto
# expect: blocked

send() {
	leak out sctp-sendto "$SECRET"
}
