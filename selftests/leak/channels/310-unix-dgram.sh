# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A unix socket, datagrams
# how: A sends to B by name
# expect: labelled

send() {
	leak unix-dgram "$SECRET" "$TMP/socket"
}
