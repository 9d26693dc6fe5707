# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: netlink, connected before, with an empty name
# how: as before, by sendto() of an address without a length
# expect: blocked

send() {
	leak netlink-nameless "$SECRET"
}
