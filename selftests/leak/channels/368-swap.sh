# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: Swap
# how: A's page is swapped out, B reads the swap file
# expect: out-of-scope: who may read the raw swap space may read all memory; encrypt it

prepare() {
	leak wipe-file "$DIR/swap" 1048576 && mkswap "$DIR/swap" &&
		swapon "$DIR/swap"
}

send() {
	leak swapped "$SECRET" &
	wait_for sleeping $!
	sync
	echo 3 >/proc/sys/vm/drop_caches # the file as it is on the disk
	leak tell-found "$DIR/swap" "${TOKEN:0:8}"
	local rc=$?
	kill $!
	swapoff "$DIR/swap"
	return "$rc"
}
