# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A filesystem image that holds it
# how: mke2fs -d, mounted by somebody else
# expect: labelled

send() {
	mkdir "$DIR/in" "$DIR/mnt"
	bash -c 'cp "$1" "$2/in/" && mke2fs -q -d "$2/in" "$2/image" 512' - \
		"$SECRET" "$DIR" || return "$REFUSED"
	carrier "$DIR/image"
	mount -o loop "$DIR/image" "$DIR/mnt" || return "$REFUSED"
	leak tell "$DIR/mnt/secret"
}
