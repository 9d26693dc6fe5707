# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, registered buffers of another
# how: A submits to B's ring: its file goes to B's memory
# expect: labelled

send() {
	leak ring-buffers "$SECRET"
}
