# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, SEND by a worker
# how: IOSQE_ASYNC: a kernel worker does it
# expect: blocked

send() {
	leak ring-async "$SECRET"
}
