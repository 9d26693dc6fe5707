# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: splice() from file to file
# how: through a pipe
# expect: labelled

send() {
	leak copy-splice "$SECRET" "$DIR/copy" || return
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
