# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP to this machine from before
# how: connected before A reads
# expect: blocked

send() {
	leak loopback-early "$SECRET"
}
