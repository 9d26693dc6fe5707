# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The environment
# how: read by a shell, exported to another program
# expect: blocked

send() {
	bash -c 'export T; T=$(cat "$1"); exec bash -c "exec leak say \"\$T\""' - \
		"$SECRET"
}
