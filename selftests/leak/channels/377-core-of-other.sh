# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A core dump of somebody else
# how: A stores to memory that it shares with B, B crashes
# expect: blocked
# quiet: who has labels leaves no core, which is nothing that was asked for

prepare() {
	read -r pattern </proc/sys/kernel/core_pattern
	echo "$DIR/core" >/proc/sys/kernel/core_pattern
}

send() {
	leak crash-other "$SECRET"
	echo "$pattern" >/proc/sys/kernel/core_pattern
	[ -s "$DIR/core" ] || return "$SILENT"
	leak tell-found "$DIR/core" "${TOKEN:0:8}"
}
