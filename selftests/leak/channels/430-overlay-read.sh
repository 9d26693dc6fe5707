# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Read through an overlay
# how: nothing is copied up
# expect: blocked

prepare() {
	mkdir "$DIR"/{upper,work,merged,lower}
	export SECRET=$DIR/lower/secret
}

send() {
	mount -t overlay overlay -o \
		"lowerdir=$DIR/lower,upperdir=$DIR/upper,workdir=$DIR/work" \
		"$DIR/merged" || return "$BROKEN"
	leak tell "$DIR/merged/secret"
}
