# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Two shared mappings in a row
# how: A shares one file with B, B another one with C: no call is made in between
# expect: labelled

send() {
	leak map-chain "$SECRET" "$DIR/one" "$DIR/two"
}
