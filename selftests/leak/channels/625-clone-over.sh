# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A reflink over it
# how: FICLONE on xfs
# expect: blocked

seal() {
	export SECRET=/xfs/$NAME.$MODE
	plant && label
}

send() {
	leak clone-over "$SECRET" "$SECRET.other"
}

receive() {
	gone
}
