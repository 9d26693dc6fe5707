# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Raw IP
# how: a raw socket of an experimental protocol
# expect: blocked

send() {
	leak out raw "$SECRET"
}
