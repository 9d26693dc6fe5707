# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A named pipe
# how: B has it open, A opens it by name
# expect: labelled

send() {
	leak fifo "$SECRET" "$DIR/fifo"
}
