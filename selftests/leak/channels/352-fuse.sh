# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A filesystem that is a process
# how: A writes to a file of B's FUSE filesystem
# expect: labelled

send() {
	leak fuse "$SECRET" "$TMP"
}
