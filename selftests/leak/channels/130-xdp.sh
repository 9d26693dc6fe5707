# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: AF_XDP
# how: the frame lies in a user memory area, a descriptor sends it
# expect: blocked

send() {
	leak out xdp "$SECRET"
}
