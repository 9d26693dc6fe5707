# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Encrypted
# how: openssl enc, decrypted by somebody else
# expect: labelled

send() {
	openssl enc -aes-128-ctr -pbkdf2 -iter 1 -k leak -in "$SECRET" \
		-out "$DIR/cipher" || return "$REFUSED"
	carrier "$DIR/cipher"
	openssl enc -d -aes-128-ctr -pbkdf2 -iter 1 -k leak -in "$DIR/cipher" |
		leak tell /dev/stdin
}
