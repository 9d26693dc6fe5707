# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A key
# how: A adds it to a keyring that both have, B reads it
# expect: labelled

send() {
	leak keyring "$SECRET"
}
