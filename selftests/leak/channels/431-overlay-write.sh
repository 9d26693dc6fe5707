# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied within an overlay
# how: the copy is read from the upper layer
# expect: labelled

prepare() {
	mkdir "$DIR"/{upper,work,merged,lower}
}

send() {
	mount -t overlay overlay -o \
		"lowerdir=$DIR/lower,upperdir=$DIR/upper,workdir=$DIR/work" \
		"$DIR/merged" || return "$BROKEN"
	cp "$SECRET" "$DIR/merged/copy" || return "$REFUSED"
	carrier "$DIR/upper/copy"
	leak tell "$DIR/upper/copy"
}
