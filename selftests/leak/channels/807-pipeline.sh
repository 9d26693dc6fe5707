# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A pipeline
# how: tail, through others, to one that sends
# expect: blocked

send() {
	tail -n 1 "$SECRET" | tee /dev/null | leak tell /dev/stdin
}
