# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: ICMP echo
# how: a ping socket, the secret as its payload
# expect: blocked

send() {
	leak out ping "$SECRET"
}
