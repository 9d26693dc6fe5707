# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A terminal's input
# how: A pushes it into what B reads (TIOCSTI)
# expect: labelled

send() {
	leak pty-sti "$SECRET"
}
