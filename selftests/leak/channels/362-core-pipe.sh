# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A core dump to a pipe
# how: the kernel starts a clean program and feeds it
# expect: blocked
# quiet: who has labels leaves no core, which is nothing that was asked for

prepare() {
	read -r pattern </proc/sys/kernel/core_pattern
	echo "|/vm/leak/leak tell-found - ${TOKEN:0:8}" \
		>/proc/sys/kernel/core_pattern
}

send() {
	leak crash "$SECRET"
	sleep 0.5
	echo "$pattern" >/proc/sys/kernel/core_pattern
	return "$DONE"
}
