#!/bin/bash
# SPDX-License-Identifier: MIT
# Which hooks of this kernel each operation calls, against the table of its
# version.  An operation that gets out of a hook's sight is a gap; one that comes
# into sight is told too: what was built around the gap has to be looked at.
# The new table is files/table of the run: commit it when it is understood.
# vm: kernel=6.1,6.12 load=no tpm=none timeout=180 mem=1536
# vm: module=xfs module=sctp module=vsock_loopback module=algif_hash
# vm: module=tun
# vm: file=/usr/sbin/mkfs.xfs
# vm: file=@build/vm/hooks/hooks:/usr/bin/hooks
# vm: file=@build/vm/hooks/hooks.bpf.o:/vm/hooks/hooks.bpf.o
# vm: file=@vm/hooks/compare.py:/vm/hooks/compare.py
# vm: file=@vm/hooks/6.1.txt:/vm/hooks/6.1.txt
# vm: file=@vm/hooks/6.12.txt:/vm/hooks/6.12.txt
set -euo pipefail

version=$(uname -r | cut -d . -f 1-2)
mkdir -p /hooks/{ext4,xfs}
truncate -s 128M /run/ext4.img
mke2fs -q -t ext4 /run/ext4.img
mount -o loop /run/ext4.img /hooks/ext4
truncate -s 320M /run/xfs.img
mkfs.xfs -q /run/xfs.img
mount -o loop /run/xfs.img /hooks/xfs
truncate -s 16M /run/disk{6,7}.img
mke2fs -q -t ext4 /run/disk6.img
losetup /dev/loop6 /run/disk6.img
losetup /dev/loop7 /run/disk7.img

compare() { # compare OUTPUT TABLE [NEW]
	python3 -S /vm/hooks/compare.py "$@"
}

hooks /vm/hooks/hooks.bpf.o /hooks/ext4 >"$OUT/hooks"
status=0
compare "$OUT/hooks" "/vm/hooks/$version.txt" "$OUT/table" || status=1

# A gap has to be seen: make one, and make one up.
sed -e '/^read:/s/ file_permission=[0-9]*//' -e '/^tee /s/$/ file_lock=1/' \
	"$OUT/hooks" >/tmp/gap
compare /tmp/gap "$OUT/table" >/tmp/told && exit 1
grep -q ', read: file_permission does not fire any more: a gap' /tmp/told
grep -q ', tee pipe->pipe: file_lock fires, and did not' /tmp/told
exit "$status"
