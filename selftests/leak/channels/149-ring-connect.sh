# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: io_uring, SOCKET, CONNECT and SEND
# how: not one socket system call
# expect: blocked

send() {
	leak ring-connect "$SECRET"
}
