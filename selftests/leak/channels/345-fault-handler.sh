# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: userfaultfd
# how: A is the handler of B's page faults and fills the page; no hook
# expect: blocked

send() {
	leak fault-handler "$SECRET"
}
