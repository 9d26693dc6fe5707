# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: fanotify
# how: B is told that A opens the secret, and is handed the open file
# expect: labelled

send() {
	leak fanotify "$SECRET"
}
