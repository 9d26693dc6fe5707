# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Counters of eventfd
# how: four letters in each
# expect: out-of-scope: covert, it carries numbers and no data

send() {
	leak event-counter "$SECRET"
}
