# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: copy_file_range()
# how: the kernel copies
# expect: labelled

send() {
	leak copy-range "$SECRET" "$DIR/copy" || return
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
