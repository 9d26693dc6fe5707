# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: SysV shared memory from before
# how: attached by both before A reads
# expect: labelled

send() {
	leak sysv-shm-early "$SECRET"
}
