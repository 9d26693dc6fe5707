# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The times of a file
# how: three letters at a time
# expect: out-of-scope: covert, it carries numbers and no data

send() {
	leak file-times "$SECRET" "$DIR/times"
}
