# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: tee() into a second pipe
# how: duplicated between pipes, then spliced to the socket
# expect: blocked

send() {
	leak tee "$SECRET"
}
