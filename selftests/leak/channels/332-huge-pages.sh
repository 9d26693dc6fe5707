# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Shared huge pages
# how: mapped by both before A reads
# expect: labelled

prepare() {
	echo 4 >/proc/sys/vm/nr_hugepages
}

send() {
	leak huge-pages "$SECRET"
}
