# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Two threads at once
# how: one sends while the other one is about to read
# expect: blocked

send() {
	leak race "$SECRET"
}
