# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Two threads
# how: one reads, the other one sends on an older connection
# expect: blocked

send() {
	leak thread "$SECRET"
}
