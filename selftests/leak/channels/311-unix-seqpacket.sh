# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A unix socket, packets
# how: A connects to B by name
# expect: labelled

send() {
	leak unix-seqpacket "$SECRET" "$TMP/socket"
}
