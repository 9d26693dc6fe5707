# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: xargs
# how: words of one program, arguments of another one
# expect: blocked

send() {
	xargs leak say <"$SECRET" || return "$REFUSED"
}
