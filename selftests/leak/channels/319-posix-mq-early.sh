# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A POSIX message queue from before
# how: open in A before it reads; no hook sees a message
# expect: labelled

send() {
	leak posix-mq-early "$SECRET"
}
