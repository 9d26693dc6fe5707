# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The kernel's memory
# how: B finds A's page by /proc/PID/pagemap and reads /proc/kcore
# expect: labelled

send() {
	leak kcore "$SECRET"
}
