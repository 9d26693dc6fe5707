# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016
# channel: Another mount namespace
# how: bound elsewhere, read there by a clean process
# expect: blocked

send() {
	mkdir "$TMP/there"
	unshare -m bash -c 'mount --bind "$1" "$2" && leak tell "$2/secret"' - \
		"$DIR" "$TMP/there"
}
