# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: The memory of a BPF map
# how: mapped by both before A reads
# expect: labelled

send() {
	leak bpf-map-memory "$SECRET"
}
