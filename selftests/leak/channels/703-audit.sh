# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: LD_AUDIT into it
# how: a library reads and sends in its name
# expect: blocked

send() {
	LD_AUDIT=/vm/leak/preload.so timeout 3 declass stay "$SECRET"
}
