# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: What a symbolic link points to
# how: symlink() and readlink()
# expect: labelled

send() {
	leak link-put "$SECRET" "$DIR/link" || return
	leak link-tell "$DIR/link"
}
