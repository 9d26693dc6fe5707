# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, SEND_ZC
# how: no copy is made
# expect: blocked

send() {
	leak ring-send-zc "$SECRET"
}
