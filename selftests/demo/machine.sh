#!/bin/bash
# SPDX-License-Identifier: MIT
# The device of the demo: does what its host tells it over the control port.
# vm: kernel=6.12 ovmf=yes tpm=tis timeout=150
set -euo pipefail

exec 3<>/dev/virtio-ports/shinrai.control 4>&3 # a port opens once only

mkdir -p /data
mount -t ext4 -o ro /dev/vda /data

start_daemon() {
	mkdir -p /var/lib/shinrai /run/shinrai
	chown shinrai:shinrai /var/lib/shinrai
	shinraid --config /data/shinraid.conf &
	for _ in $(seq 200); do
		! (exec 5<>/dev/tcp/127.0.0.1/8417) 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

# Ordinary work with programs that somebody vouched for.
ordinary() {
	ls -l /data >/dev/null
	sha256sum /data/drawing.txt >/dev/null
	openssl version >/dev/null
	/data/report.sh >/dev/null
}

while read -r -u 3 order; do
	case $order in
	daemon) start_daemon && answer=ok || answer=failed ;;
	ordinary) ordinary && answer=ok || answer=failed ;;
	rogue) /data/rogue >/dev/null && answer=ok || answer=failed ;;
	load) insmod /data/shinrai.ko && echo 1 >/sys/kernel/shinrai/arm &&
		answer=ok || answer=failed ;;
	firmware)
		cat /sys/kernel/security/tpm0/binary_bios_measurements \
			>"$OUT/firmware.log" && answer=ok || answer=failed
		;;
	quit) break ;;
	*) answer=unknown ;;
	esac
	echo "$answer" >&4
done
echo bye >&4
