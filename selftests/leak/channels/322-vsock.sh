# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: vsock to this machine
# how: A connects to B through the local context
# expect: labelled

send() {
	leak vsock "$SECRET"
}
