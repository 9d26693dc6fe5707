# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Through an overlay
# how: unlinked there; the file below stays
# expect: out-of-scope: the overlay forgets it, the file itself stays

prepare() {
	mkdir "$DIR"/{upper,work,merged,lower}
	export SECRET=$DIR/lower/secret
}

send() {
	mount -t overlay overlay -o \
		"lowerdir=$DIR/lower,upperdir=$DIR/upper,workdir=$DIR/work" \
		"$DIR/merged" || return "$BROKEN"
	export SECRET=$DIR/merged/secret
	rm "$SECRET" || return "$REFUSED"
}

receive() {
	gone
}
