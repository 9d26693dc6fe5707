# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: sendfile() to a socket pair
# how: only a file hook on 6.1
# expect: labelled

send() {
	leak pair-sendfile "$SECRET"
}
