# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Process substitution
# how: through /dev/fd
# expect: blocked

send() {
	leak tell <(cat "$SECRET")
}
