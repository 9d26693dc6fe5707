# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP to this machine
# how: A connects to B, who passes it on
# expect: blocked

send() {
	leak loopback "$SECRET"
}
