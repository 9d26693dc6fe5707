# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A write, then a load from a mapping
# how: B mapped the file before, A opens it afterwards
# expect: labelled

send() {
	leak map-write "$SECRET" "$DIR/shared"
}
