# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The open file taken by pidfd_getfd()
# how: a clean process takes it from the one that opened it
# expect: blocked

send() {
	leak pidfd-file "$SECRET"
}
