# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A pipe
# how: A writes, B reads and sends
# expect: labelled

send() {
	leak pipe "$SECRET"
}
