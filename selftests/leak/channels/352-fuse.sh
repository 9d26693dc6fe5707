# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A filesystem that is a process
# how: A writes to a file of B's FUSE filesystem
# expect: blocked

send() {
	leak fuse "$SECRET" "$TMP"
}
