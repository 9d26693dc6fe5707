# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: unlinkat() by a folder's descriptor
# how: the path is never named
# expect: blocked

send() {
	leak unlink-at "$DIR" secret
}

receive() {
	gone
}
