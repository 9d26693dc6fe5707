# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied to tmpfs
# how: a filesystem in memory, with attributes
# expect: labelled

send() {
	cp "$SECRET" "$TMP/copy" || return "$REFUSED"
	carrier "$TMP/copy"
	leak tell "$TMP/copy"
}
