# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The filter of a socket
# how: A sets one whose constants are the secret, B reads it back
# expect: blocked

send() {
	leak socket-filter "$SECRET"
}
