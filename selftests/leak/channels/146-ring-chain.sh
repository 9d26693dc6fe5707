# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, OPENAT, READ and SEND linked
# how: no thread of the program touches the secret
# expect: blocked

send() {
	leak ring-chain "$SECRET"
}
