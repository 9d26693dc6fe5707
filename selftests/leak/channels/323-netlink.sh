# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: netlink between processes
# how: A sends to B by NETLINK_USERSOCK
# expect: blocked

send() {
	leak netlink "$SECRET"
}
