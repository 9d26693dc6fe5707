# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: open_by_handle_at()
# how: opened by its number, not by a name
# expect: blocked

send() {
	leak by-handle "$SECRET"
}
