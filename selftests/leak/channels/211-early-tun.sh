# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: tun interface from before
# how: open, read, write
# expect: blocked

send() {
	leak out-early tun "$SECRET"
}
