# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Compressed and split
# how: gzip and split, joined by somebody else
# expect: labelled

send() {
	bash -c 'gzip <"$1" | split -b 20 - "$2/part."' - "$SECRET" "$DIR" ||
		return "$REFUSED"
	carrier "$DIR"/part.*
	bash -c 'cat "$1"/part.* | gunzip | leak tell /dev/stdin' - "$DIR"
}
