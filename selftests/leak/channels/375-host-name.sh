# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The name of the machine
# how: A sets it, B asks for it
# expect: out-of-scope: no hook sees sethostname(); it takes CAP_SYS_ADMIN

send() {
	leak host-name "$SECRET"
}
