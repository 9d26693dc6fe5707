# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A memfd named through /proc
# how: A opens B's memfd as /proc/PID/fd/N
# expect: labelled

send() {
	leak memfd-named "$SECRET"
}
