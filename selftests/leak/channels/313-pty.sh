# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A pseudo terminal
# how: A writes to its terminal, B reads the other side
# expect: labelled

send() {
	leak pty "$SECRET"
}
