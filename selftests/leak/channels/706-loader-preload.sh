# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Started by the loader with a library
# how: ld.so --preload
# expect: blocked

send() {
	/lib64/ld-linux-x86-64.so.2 --preload \
		/vm/leak/preload.so /vm/leak/declass stay "$SECRET"
}
