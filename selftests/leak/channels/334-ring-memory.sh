# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, the memory of the ring
# how: A stores, B loads
# expect: labelled

send() {
	leak ring-memory "$SECRET"
}
