# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A core dump to a file
# how: A crashes, B reads the core
# expect: blocked
# quiet: who has labels leaves no core, which is nothing that was asked for

prepare() {
	read -r pattern </proc/sys/kernel/core_pattern
	echo "$DIR/core" >/proc/sys/kernel/core_pattern
}

send() {
	leak crash "$SECRET"
	echo "$pattern" >/proc/sys/kernel/core_pattern
	[ -s "$DIR/core" ] || return "$SILENT"
	carrier "$DIR/core"
	leak tell-found "$DIR/core" "${TOKEN:0:8}"
}
