# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied up
# how: an overlay over it; what is written there lands in the upper layer
# expect: labelled

prepare() {
	mkdir "$DIR"/{upper,work,merged,lower}
	export SECRET=$DIR/lower/secret
}

send() {
	mount -t overlay overlay -o \
		"lowerdir=$DIR/lower,upperdir=$DIR/upper,workdir=$DIR/work" \
		"$DIR/merged" || return "$BROKEN"
	chmod 600 "$DIR/merged/secret" || return "$REFUSED"
	carrier "$DIR/upper/secret"
	leak tell "$DIR/upper/secret"
}
