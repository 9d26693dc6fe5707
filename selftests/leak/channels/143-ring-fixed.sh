# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, fixed file and buffer
# how: both registered before the secret is read
# expect: blocked

send() {
	leak ring-fixed "$SECRET"
}
