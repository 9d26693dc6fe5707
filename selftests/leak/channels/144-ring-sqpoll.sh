# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, SQPOLL
# how: a kernel thread takes submissions from memory
# expect: blocked

send() {
	leak ring-sqpoll "$SECRET"
}
