# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: AF_PACKET socket from before
# how: open and bind, read, send
# expect: blocked

send() {
	leak out-early packet "$SECRET"
}
