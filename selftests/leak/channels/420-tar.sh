# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: An archive
# how: tar, then unpacked by somebody else
# expect: labelled

send() {
	tar -cf "$DIR/all.tar" -C "$DIR" secret || return "$REFUSED"
	carrier "$DIR/all.tar"
	mkdir "$DIR/out"
	tar -xf "$DIR/all.tar" -C "$DIR/out" || return "$REFUSED"
	carrier "$DIR/out/secret"
	leak tell "$DIR/out/secret"
}
