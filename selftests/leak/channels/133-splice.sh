# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: splice() from file to pipe to socket
# how: never in memory of the sender
# expect: blocked

send() {
	leak splice "$SECRET"
}
