# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A helper daemon
# how: A gives it to a clean daemon, which sends
# expect: labelled

send() {
	leak relay "$TMP/socket" &
	wait_for [ -S "$TMP/socket" ]
	leak to-relay "$SECRET" "$TMP/socket" || return
	wait $!
}
