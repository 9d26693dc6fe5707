# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: MPTCP, connected before
# how: connect, read, write
# expect: blocked

send() {
	leak out-early mptcp "$SECRET"
}
