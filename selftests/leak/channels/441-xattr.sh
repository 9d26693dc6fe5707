# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: An attribute of another file
# how: setxattr() of user.leak, that file is never opened
# expect: blocked

send() {
	echo >"$DIR/other"
	leak xattr-put "$SECRET" "$DIR/other" user.leak || return
	carrier "$DIR/other"
	leak xattr-tell "$DIR/other" user.leak
}
