# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: LD_LIBRARY_PATH into it
# how: a library of ours under the name of its own
# expect: blocked

send() {
	cp /vm/leak/preload.so "$TMP/libm.so.6"
	LD_LIBRARY_PATH=$TMP declass stay "$SECRET"
}
