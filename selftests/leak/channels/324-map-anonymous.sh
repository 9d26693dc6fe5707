# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Anonymous shared memory
# how: inherited by fork, from before A reads
# expect: labelled

send() {
	leak map-anonymous "$SECRET"
}
