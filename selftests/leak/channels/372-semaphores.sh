# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: SysV semaphores
# how: two letters in each
# expect: out-of-scope: covert, it carries numbers and no data

send() {
	leak semaphores "$SECRET"
}
