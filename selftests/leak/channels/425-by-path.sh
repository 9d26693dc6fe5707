# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: O_PATH, opened once more
# how: through /proc/self/fd
# expect: blocked

send() {
	leak by-path "$SECRET"
}
