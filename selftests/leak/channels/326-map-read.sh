# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A store to a mapping, then a read
# how: A mapped the file before it reads the secret, B opens it afterwards
# expect: labelled

send() {
	leak map-read "$SECRET" "$DIR/shared"
}
