#!/bin/bash
# SPDX-License-Identifier: MIT
# The test machine itself: what every other test takes for granted.
# vm: kernel=6.1,6.12 slow=6.12 load=no tpm=tis net=yes timeout=120
set -euo pipefail

count=0
check() { # check TEXT COMMAND...
	local text=$1
	shift
	count=$((count + 1))
	if "$@" >/dev/null 2>&1; then
		echo "ok $count - $text"
	else
		echo "not ok $count - $text"
	fi
}

three_banks() {
	[ "$(tpm2_pcrread | grep -c '^  sha')" -ge 3 ]
}

host_answers() {
	exec 3<>/dev/virtio-ports/shinrai.host
	echo "nonsense" >&3
	read -r -t 20 answer <&3
	[ "$answer" = "unknown request" ]
}

tpm_stops() {
	echo "tpm stop" >&3
	read -r -t 20 answer <&3
	[ "$answer" = ok ] || return 1
	# Who waits for a TPM cannot be killed: ask in the background.
	tpm2_getrandom 4 >/dev/null 2>&1 &
	asker=$!
	sleep 2
	kill -0 "$asker"
}

tpm_continues() {
	echo "tpm cont" >&3
	read -r -t 20 answer <&3
	[ "$answer" = ok ] && wait "$asker"
}

tpm_is_gone() {
	echo "tpm kill" >&3
	read -r -t 20 answer <&3
	[ "$answer" = ok ] || return 1
	! tpm2_getrandom 4
}

check "the kernel is a stock Debian one" grep -q Debian /proc/version
check "a TPM answers with three banks or more" three_banks
check "BPF is an active LSM" grep -qw bpf /sys/kernel/security/lsm
check "the root file system is a tmpfs" test "$(stat -f -c %T /)" = tmpfs
check "overlayfs is there" grep -qw overlay /proc/filesystems
check "ext4 is there" grep -qw ext4 /proc/filesystems
check "an address is set" grep -q 10.0.2.15 /proc/net/fib_trie
check "an ordinary user exists" setpriv --reuid=user --regid=user \
	--clear-groups id
check "the host serves requests" host_answers
check "a stopped TPM does not answer" tpm_stops
check "it answers after going on" tpm_continues
check "a killed TPM refuses" tpm_is_gone
echo "1..$count"
cp /proc/version "$OUT/version"
