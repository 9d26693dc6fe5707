# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A reflink
# how: FICLONE on xfs: both have the same blocks
# expect: labelled

seal() {
	export SECRET=/xfs/$NAME.$MODE
	plant && label
}

send() {
	leak clone "$SECRET" "$SECRET.copy" || return
	carrier "$SECRET.copy"
	leak tell "$SECRET.copy"
}
