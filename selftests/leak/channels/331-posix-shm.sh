# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: POSIX shared memory
# how: mapped by both before A reads
# expect: labelled

send() {
	leak posix-shm "$SECRET"
}
