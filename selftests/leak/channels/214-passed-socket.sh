# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A connection passed by SCM_RIGHTS
# how: the reader is given the socket of a clean process
# expect: blocked

send() {
	leak passed-socket "$SECRET"
}
