# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A pipe, vmsplice() at both ends
# how: A lends its pages, B takes them; no hook at all
# expect: labelled

send() {
	leak pipe-vmsplice "$SECRET"
}
