# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016
# channel: A setuid program
# how: an ordinary user reads it and starts one
# expect: blocked

send() {
	cp /vm/leak/leak "$DIR/suid"
	chmod 4755 "$DIR/suid"
	chmod 755 "$DIR"
	setpriv --reuid=1000 --regid=1000 --clear-groups bash -c \
		'exec "$2" say "$(cat "$1")"' - "$SECRET" "$DIR/suid"
}
