# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A memfd mapped by both
# how: from before A reads
# expect: labelled

send() {
	leak memfd-mapped "$SECRET"
}
