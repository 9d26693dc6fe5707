# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: It starts another program, file
# how: which inherits the open file
# expect: blocked

send() {
	declass exec "$SECRET" leak tell /dev/fd/9
}
