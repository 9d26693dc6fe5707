# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A shared mapping of a file
# how: mapped by both before A reads
# expect: labelled

send() {
	leak map-file "$SECRET" "$DIR/shared"
}
