# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: ptrace, A writes into B
# how: attached before A read; no hook sees POKEDATA
# expect: labelled

send() {
	leak ptrace-poke "$SECRET"
}
