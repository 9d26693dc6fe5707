# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A POSIX message queue
# how: A opens it after it read, B receives
# expect: labelled

send() {
	leak posix-mq "$SECRET"
}
