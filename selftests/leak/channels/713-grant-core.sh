# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: It is made to dump core
# how: a signal, B reads the core
# expect: blocked
# quiet: who has labels leaves no core, which is nothing that was asked for

prepare() {
	read -r pattern </proc/sys/kernel/core_pattern
	echo "$DIR/core" >/proc/sys/kernel/core_pattern
	ulimit -c unlimited
}

send() {
	declass stay "$SECRET" &
	wait_for sleeping $!
	kill -ABRT $!
	wait $!
	echo "$pattern" >/proc/sys/kernel/core_pattern
	[ -s "$DIR/core" ] || return "$SILENT"
	leak tell-found "$DIR/core" "${TOKEN:0:8}"
}
