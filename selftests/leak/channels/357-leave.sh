# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Into the background
# how: forks twice, leaves the session, sends later
# expect: blocked

send() {
	leak leave "$SECRET" || return
	sleep 0.5
}
