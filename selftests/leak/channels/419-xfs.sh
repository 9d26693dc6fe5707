# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied to another disk
# how: from ext4 to xfs
# expect: labelled

send() {
	cp "$SECRET" "/xfs/$NAME.$MODE" || return "$REFUSED"
	carrier "/xfs/$NAME.$MODE"
	leak tell "/xfs/$NAME.$MODE"
}
