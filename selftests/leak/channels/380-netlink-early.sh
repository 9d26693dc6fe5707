# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: netlink, connected before
# how: A connects to B by NETLINK_USERSOCK, then reads, then sends
# expect: blocked

send() {
	leak netlink-early "$SECRET"
}
