# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: LD_PRELOAD into it
# how: a library reads and sends in its name
# expect: blocked
# quiet: its loader does not look at such a variable, and nothing else is asked

send() {
	LD_PRELOAD=/vm/leak/preload.so declass stay "$SECRET" &
	wait_for sleeping $! && kill $!
	wait $!
	[ $? -ne 143 ] || return "$SILENT"
}
