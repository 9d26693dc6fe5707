# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: CLONE_VM without CLONE_THREAD
# how: another process reads into the same memory
# expect: blocked

send() {
	leak clone-vm "$SECRET"
}
