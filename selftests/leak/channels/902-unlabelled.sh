# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A file without a label
# how: read and sent like all others
# expect: allowed

seal() {
	plant
}

send() {
	leak out tcp "$SECRET"
}
