# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: copy_file_range() on xfs
# how: shares the blocks where it can
# expect: labelled

seal() {
	export SECRET=/xfs/$NAME.$MODE
	plant && label
}

send() {
	leak copy-range "$SECRET" "$SECRET.copy" || return
	carrier "$SECRET.copy"
	leak tell "$SECRET.copy"
}
