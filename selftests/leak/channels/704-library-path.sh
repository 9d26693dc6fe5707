# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: LD_LIBRARY_PATH into it
# how: a library of ours under the name of its own
# expect: blocked
# quiet: its loader does not look at such a variable, and nothing else is asked

send() {
	cp /vm/leak/preload.so "$TMP/libm.so.6"
	LD_LIBRARY_PATH=$TMP declass stay "$SECRET" &
	wait_for sleeping $! && kill $!
	wait $!
	[ $? -ne 143 ] || return "$SILENT"
}
