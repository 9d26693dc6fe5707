# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A setuid program reads
# how: what its user may not
# expect: blocked

send() {
	cp /vm/leak/leak "$DIR/suid"
	chmod 4755 "$DIR/suid"
	chmod 755 "$DIR"
	chmod 600 "$SECRET"
	setpriv --reuid=1000 --regid=1000 --clear-groups "$DIR/suid" out tcp \
		"$SECRET"
}
