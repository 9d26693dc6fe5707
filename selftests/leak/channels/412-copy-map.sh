# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied into a mapping from before
# how: mapped before the secret is read
# expect: labelled

send() {
	leak copy-map "$SECRET" "$DIR/copy" || return
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
