# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A unix socket, stream
# how: A connects to B by name
# expect: labelled

send() {
	leak unix-stream "$SECRET" "$TMP/socket"
}
