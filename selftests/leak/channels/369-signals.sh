# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Values of signals
# how: eight letters in each
# expect: out-of-scope: covert, it carries numbers and no data

send() {
	leak signals "$SECRET"
}
