# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Three pipes, tee() and splice()
# how: B duplicates and moves it without a read; no hook at all
# expect: labelled

send() {
	leak pipe-tee "$SECRET"
}
