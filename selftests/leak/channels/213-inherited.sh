# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A connection that the parent made
# how: fork, the child reads and writes
# expect: blocked

send() {
	leak inherited "$SECRET"
}
