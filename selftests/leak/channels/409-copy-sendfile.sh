# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: sendfile() from file to file
# how: the kernel copies
# expect: labelled

send() {
	leak copy-sendfile "$SECRET" "$DIR/copy" || return
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
