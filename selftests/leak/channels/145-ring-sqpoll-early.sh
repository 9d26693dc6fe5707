# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, SQPOLL from before
# how: ring, thread and connection are older than the secret in memory
# expect: blocked

send() {
	leak ring-sqpoll-early "$SECRET"
}
