# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: What the kernel sends back by netlink
# how: A asks NETLINK_ROUTE for an interface that there cannot be, B reads the error
# expect: labelled

send() {
	leak netlink-echo "$SECRET"
}
