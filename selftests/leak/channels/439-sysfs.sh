# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Written to sysfs
# how: the alias of a network interface
# expect: blocked

send() {
	bash -c 'cat "$1" >/sys/class/net/v0/ifalias' - "$SECRET" ||
		return "$REFUSED"
	leak tell /sys/class/net/v0/ifalias
}
