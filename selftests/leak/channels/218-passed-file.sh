# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The open file passed by SCM_RIGHTS
# how: who opens it does not read it, who reads it did not open it
# expect: labelled

send() {
	leak passed-file "$SECRET"
}
