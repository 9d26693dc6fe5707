# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016
# channel: A file name
# how: A makes a folder of that name, B lists where it is
# expect: out-of-scope: names belong to the folder; to label every folder that was written to would label /tmp

send() {
	mkdir "$DIR/names"
	bash -c 'mkdir "$2/$(cat "$1")"' - "$SECRET" "$DIR/names" ||
		return "$REFUSED"
	bash -c 'cd "$1" && echo *' - "$DIR/names" | leak tell /dev/stdin
}
