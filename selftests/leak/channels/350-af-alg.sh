# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The kernel's cipher
# how: A feeds an AF_ALG socket, B takes the result out and decrypts it
# expect: labelled

send() {
	leak af-alg "$SECRET"
}
