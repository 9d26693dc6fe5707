# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Copied by the shell's redirection
# how: cat >copy
# expect: labelled

send() {
	bash -c 'cat "$1" >"$2"' - "$SECRET" "$DIR/copy" || return "$REFUSED"
	carrier "$DIR/copy"
	leak tell "$DIR/copy"
}
