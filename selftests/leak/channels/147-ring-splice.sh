# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, SPLICE
# how: file to pipe to socket
# expect: blocked

send() {
	leak ring-splice "$SECRET"
}
