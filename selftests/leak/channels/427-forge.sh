# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The label overwritten
# how: setxattr() of security.shinrai
# expect: blocked

send() {
	leak forge "$SECRET"
	leak tell "$SECRET"
}
