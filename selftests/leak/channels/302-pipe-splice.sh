# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A pipe filled by splice()
# how: the secret is never in memory of A
# expect: labelled

send() {
	leak pipe-splice "$SECRET"
}
