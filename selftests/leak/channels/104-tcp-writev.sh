# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: TCP, writev()
# how: read, connect, two pieces at once
# expect: blocked

send() {
	leak out tcp-writev "$SECRET"
}
