# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A unix socket without a file
# how: in the abstract namespace
# expect: labelled

send() {
	leak unix-stream "$SECRET" "@$NAME"
}
