# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: AF_XDP socket from before
# how: open, read, fill the ring
# expect: blocked

send() {
	leak out-early xdp "$SECRET"
}
