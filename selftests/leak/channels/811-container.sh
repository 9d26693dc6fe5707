# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016
# channel: A container
# how: user, mount, process and IPC namespaces, another root
# expect: blocked

send() {
	mkdir "$TMP/root" "$TMP/root/data"
	cp /vm/leak/leak "$TMP/root/"
	unshare -m -p -f -i -u bash -c 'mount --bind "$1" "$2/data" &&
		exec chroot "$2" /leak out tcp /data/secret' - "$DIR" "$TMP/root"
}
