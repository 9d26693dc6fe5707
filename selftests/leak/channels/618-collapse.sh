# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A range collapsed
# how: fallocate(COLLAPSE_RANGE)
# expect: blocked

plant() {
	{
		printf '%s\n' "$TOKEN"
		head -c 8192 /dev/zero
	} >"$SECRET"
}

send() {
	leak collapse "$SECRET"
}

receive() {
	gone
}
