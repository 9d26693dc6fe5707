# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A connection that came in
# how: the reader listens, the other machine connects
# expect: blocked

send() {
	outside leak fetch 10.99.0.1 7100 "$HEARD" &
	leak serve "$SECRET" 7100
	local rc=$?
	wait
	return "$rc"
}
