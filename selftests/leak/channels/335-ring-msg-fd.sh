# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, MSG_RING passes a file
# how: A's file lands in the table of B's ring; nothing is received
# expect: labelled

send() {
	leak ring-msg-fd "$SECRET"
}
