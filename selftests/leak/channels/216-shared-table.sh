# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A shared table of descriptors, file
# how: CLONE_FILES without CLONE_VM: one opens the secret, the other one reads it
# expect: labelled

send() {
	leak shared-table "$SECRET"
}
