# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A file server
# how: busybox httpd, started before, gives the file to whom asks
# expect: blocked

prepare() {
	clean busybox httpd -f -p 10.99.0.1:7101 -h "$DIR"
}

send() {
	outside curl -s -m 2 http://10.99.0.1:7101/secret -o "$TMP/got"
	cat "$TMP/got" >>"$HEARD"
	return "$DONE"
}
