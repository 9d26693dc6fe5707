# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A bind mount
# how: read where it is mounted
# expect: blocked

send() {
	mkdir "$DIR/there"
	mount --bind "$DIR" "$DIR/there" || return "$BROKEN"
	leak tell "$DIR/there/secret"
}
