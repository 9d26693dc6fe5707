# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP to this machine from before
# how: connected before A reads
# expect: labelled

send() {
	leak loopback-early "$SECRET"
}
