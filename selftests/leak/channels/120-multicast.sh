# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: UDP to a multicast group
# how: read, sendto 239.99.0.1
# expect: blocked

send() {
	leak out multicast "$SECRET"
}
