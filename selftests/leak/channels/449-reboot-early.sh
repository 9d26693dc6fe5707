# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Read after a reboot, before the policy is there
# how: the module is armed and enforces, its owner is not yet admitted
# expect: blocked

send() {
	leak tell "$SECRET"
}
