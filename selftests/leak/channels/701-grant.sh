# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A program with a grant
# how: reads and sends as its owner granted
# expect: allowed

send() {
	declass send "$SECRET"
}
