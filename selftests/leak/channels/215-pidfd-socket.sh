# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A connection taken by pidfd_getfd()
# how: the reader takes the socket of a clean process
# expect: blocked

send() {
	leak pidfd-socket "$SECRET"
}
