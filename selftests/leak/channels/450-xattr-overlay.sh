# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: An attribute as overlays have them
# how: setxattr() of user.overlay.leak, which is nobody's but A's
# expect: blocked

send() {
	echo >"$DIR/other"
	leak xattr-put "$SECRET" "$DIR/other" user.overlay.leak || return
	leak xattr-tell "$DIR/other" user.overlay.leak
}
