# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: SysV shared memory
# how: A attaches and stores, then B attaches
# expect: labelled

send() {
	leak sysv-shm "$SECRET"
}
