# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: MPTCP
# how: read, connect with IPPROTO_MPTCP, write
# expect: blocked

send() {
	leak out mptcp "$SECRET"
}
