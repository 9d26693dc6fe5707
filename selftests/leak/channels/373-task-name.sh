# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The name of a process
# how: eight letters at a time
# expect: out-of-scope: covert, it carries numbers and no data

send() {
	leak task-name "$SECRET"
}
