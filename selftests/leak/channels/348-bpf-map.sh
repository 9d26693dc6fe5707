# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A BPF map
# how: A updates, B looks it up
# expect: labelled

send() {
	leak bpf-map "$SECRET"
}
