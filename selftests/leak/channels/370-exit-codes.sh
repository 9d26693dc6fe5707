# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Exit codes
# how: a letter in each
# expect: out-of-scope: covert, it carries numbers and no data

send() {
	leak exit-codes "$SECRET"
}
