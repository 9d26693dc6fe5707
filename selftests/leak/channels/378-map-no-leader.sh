# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Memory shared with a process whose first thread is gone
# how: A stores, another thread of B loads
# expect: blocked

send() {
	leak map-no-leader "$SECRET"
}
