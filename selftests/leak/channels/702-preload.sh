# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: LD_PRELOAD into it
# how: a library reads and sends in its name
# expect: blocked

send() {
	LD_PRELOAD=/vm/leak/preload.so declass stay "$SECRET"
}
