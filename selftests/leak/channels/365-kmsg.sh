# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The kernel's log
# how: A writes to /dev/kmsg, B reads it there
# expect: blocked

send() {
	bash -c 'cat "$1" >/dev/kmsg' - "$SECRET" || return "$REFUSED"
	dmesg | tail -n 5 | leak tell-found - "${TOKEN:0:8}"
}
