# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The alias of an interface
# how: A sets it by NETLINK_ROUTE, the kernel keeps it, B reads it
# expect: blocked

send() {
	leak netlink-alias "$SECRET"
}
