# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The access list of another file
# how: setxattr() of system.posix_acl_access, whose users are the secret
# expect: blocked

send() {
	echo >"$DIR/other"
	leak acl-put "$SECRET" "$DIR/other" || return
	leak acl-tell "$DIR/other"
}
