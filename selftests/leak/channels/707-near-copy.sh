# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A copy of it, changed
# how: one byte more at its end
# expect: blocked

send() {
	cp /vm/leak/declass "$TMP/declass"
	echo >>"$TMP/declass"
	"$TMP/declass" send "$SECRET"
}
