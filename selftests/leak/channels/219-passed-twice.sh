# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The open file passed twice
# how: A to B to C, and C was connected before
# expect: labelled

send() {
	leak passed-twice "$SECRET"
}
