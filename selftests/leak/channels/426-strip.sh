# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The label taken off
# how: removexattr() of security.shinrai
# expect: blocked

send() {
	leak strip "$SECRET"
	leak tell "$SECRET"
}
