# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A here-document
# how: the shell feeds it to another program
# expect: blocked

send() {
	bash -c 'leak tell /dev/stdin <<END
$(cat "$1")
END' - "$SECRET"
}
