# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP to an IPv4-mapped address
# how: an IPv6 socket whose peer is ::ffff:a.b.c.d
# expect: blocked

send() {
	leak out mapped "$SECRET"
}
