# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied to a file held from before
# how: opened for writing before the secret is read
# expect: labelled

send() {
	leak copy-held "$SECRET" "$DIR/copy" || return
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
