# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Mounted over
# how: hidden by another mount
# expect: out-of-scope: it is hidden in one namespace, and stays

send() {
	mount -t tmpfs tmpfs "$DIR" || return "$REFUSED"
}

receive() {
	gone
}
