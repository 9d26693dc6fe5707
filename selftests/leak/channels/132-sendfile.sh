# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: sendfile() from file to socket
# how: the file is never in memory of the sender; no socket hook on 6.1
# expect: blocked

send() {
	leak sendfile "$SECRET"
}
