# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: As swap space
# how: mkswap writes to it
# expect: blocked

plant() {
	{
		printf '%s\n' "$TOKEN"
		head -c 65536 /dev/zero
	} >"$SECRET"
	chmod 600 "$SECRET"
}

send() {
	mkswap "$SECRET" || return "$REFUSED"
}

receive() {
	gone
}
