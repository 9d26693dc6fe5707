# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Written to procfs
# how: kernel.domainname
# expect: blocked

send() {
	bash -c 'cat "$1" >/proc/sys/kernel/domainname' - "$SECRET" ||
		return "$REFUSED"
	leak tell /proc/sys/kernel/domainname
}
