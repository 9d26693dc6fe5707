# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: An allowed host
# how: the reader sends to the one host that the policy allows
# expect: allowed

send() {
	leak out tcp "$SECRET" 10.99.0.3
}
