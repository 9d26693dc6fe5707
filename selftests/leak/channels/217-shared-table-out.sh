# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A shared table of descriptors, socket
# how: CLONE_FILES without CLONE_VM: the clean one opens the connection, the other one writes
# expect: blocked

send() {
	leak shared-table-out "$SECRET"
}
