# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Raw IP with its own header
# how: IPPROTO_RAW, a UDP packet made by hand
# expect: blocked

send() {
	leak out hdrincl "$SECRET"
}
