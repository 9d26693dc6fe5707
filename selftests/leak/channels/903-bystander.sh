# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A process that read nothing
# how: beside one that did
# expect: allowed

send() {
	leak stay "$SECRET" &
	wait_for sleeping $!
	leak say "$TOKEN"
}
