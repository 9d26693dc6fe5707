# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: It starts another program, words
# how: which gets the secret as an argument
# expect: blocked

send() {
	declass exec "$SECRET" leak say @TOKEN@
}
