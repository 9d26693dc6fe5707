# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Started by the loader
# how: ld.so is the program, it is the loader's argument
# expect: blocked

send() {
	/lib64/ld-linux-x86-64.so.2 /vm/leak/declass send "$SECRET"
}
