# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The name of a key
# how: A adds a keyring of that name, B lists it
# expect: labelled

send() {
	leak key-name "$SECRET"
}
