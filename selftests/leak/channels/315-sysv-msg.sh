# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A SysV message queue
# how: A sends, B receives
# expect: labelled

send() {
	leak sysv-msg "$SECRET"
}
