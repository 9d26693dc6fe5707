# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: vsock to this machine
# how: A connects to B through the local context
# expect: blocked

send() {
	leak vsock "$SECRET"
}
