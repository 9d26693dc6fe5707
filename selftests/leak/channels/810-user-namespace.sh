# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A user namespace
# how: an ordinary user is root in a namespace of its own
# expect: blocked

send() {
	chmod 755 "$DIR"
	setpriv --reuid=1000 --regid=1000 --clear-groups unshare -U -r \
		leak out tcp "$SECRET"
}
