# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: What a symbolic link points to
# how: symlink() and readlink()
# expect: out-of-scope: names belong to the folder; to label every folder that was written to would label /tmp

send() {
	leak link-put "$SECRET" "$DIR/link" || return
	leak link-tell "$DIR/link"
}
