# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied by io_uring
# how: written by the ring
# expect: labelled

send() {
	leak copy-ring "$SECRET" "$DIR/copy" || return
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
