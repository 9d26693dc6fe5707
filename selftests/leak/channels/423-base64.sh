# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Encoded
# how: base64, decoded by somebody else
# expect: labelled

send() {
	bash -c 'base64 "$1" >"$2"' - "$SECRET" "$DIR/text" ||
		return "$REFUSED"
	carrier "$DIR/text"
	base64 -d "$DIR/text" | leak tell /dev/stdin
}
