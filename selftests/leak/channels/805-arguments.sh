# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Arguments
# how: read by a shell, passed to another program
# expect: blocked

send() {
	bash -c 'exec leak say "$(cat "$1")"' - "$SECRET"
}
