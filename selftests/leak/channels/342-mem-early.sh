# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: /proc/PID/mem, opened before
# how: B opened it before A read
# expect: labelled

send() {
	leak mem-early "$SECRET"
}
