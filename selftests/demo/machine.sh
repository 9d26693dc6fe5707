#!/bin/bash
# SPDX-License-Identifier: MIT
# The device of the demo: does what its host tells it over the control port.
# vm: kernel=6.12 ovmf=yes tpm=tis timeout=300
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

# Two more machines, which keep what they receive.
host() { # host NAME NETWORK: it is .2 there, the device .1
	ip netns add "$1" &&
		ip link add "$1" type veth peer name eth0 netns "$1" &&
		ip addr add "$2.1/24" dev "$1" &&
		ip link set "$1" up &&
		ip -n "$1" addr add "$2.2/24" dev eth0 &&
		ip -n "$1" link set eth0 up || return
	ip netns exec "$1" /vm/helper sink 9000 >"/run/$1" &
	for _ in $(seq 200); do
		! grep -qsx ready "/run/$1" || return 0
		sleep 0.05
	done
	return 1
}

# received NAME FILE: it came to that host, and nothing else
received() {
	for _ in $(seq 100); do
		! tail -n +2 "/run/$1" | cmp -s - "$2" || return 0
		sleep 0.05
	done
	return 1
}

prepare() {
	mkdir -p /srv /stick &&
		mount -t ext4 /dev/vdb /srv &&
		host plant 10.1.0 &&
		host elsewhere 10.2.0 &&
		mount -t vfat /dev/sda /stick # last: those have a copy of the mounts
}

label() {
	shinraictl owner load /data/acme.admission &&
		shinraictl policy load /data/acme.blob &&
		shinraictl label apply acme &&
		shinraictl mode enforce
}

# This shell reads nothing of the drawing: it would be labelled, too, and could
# not answer any more.  Programs that do read it cannot write to the console.
drawing=/srv/drawings/4711.txt
menu=/srv/menu.txt

upload() { # upload FILE ADDRESS
	/data/upload "$1" "$2" 9000 2>/dev/null
}

refused() { # refused FILE ADDRESS: not permitted, nothing else
	local rc=0
	upload "$@" || rc=$?
	[ "$rc" -eq 3 ]
}

while read -r -u 3 order; do
	case $order in
	spool) mkdir -p /var/lib/shinrai && mount -t ext4 /dev/vdb /var/lib/shinrai &&
		answer=ok || answer=failed ;;
	daemon) start_daemon && answer=ok || answer=failed ;;
	ordinary) ordinary && answer=ok || answer=failed ;;
	update) /data/tool-2 >/dev/null && answer=ok || answer=failed ;;
	cut) ip link set eth0 down && answer=ok || answer=failed ;;
	mend) ip link set eth0 up && answer=ok || answer=failed ;;
	rogue) /data/rogue >/dev/null && answer=ok || answer=failed ;;
	load) insmod /data/shinrai.ko && echo 1 >/sys/kernel/shinrai/arm &&
		answer=ok || answer=failed ;;
	prepare) prepare && answer=ok || answer=failed ;;
	label) label && answer=ok || answer=failed ;;
	plant) upload $drawing 10.1.0.2 && received plant $drawing &&
		answer=ok || answer=failed ;;
	elsewhere) refused $drawing 10.2.0.2 && answer=ok || answer=failed ;;
	copy) cp $drawing /srv/copy.txt && refused /srv/copy.txt 10.2.0.2 &&
		answer=ok || answer=failed ;;
	stick) ! cp $drawing /stick/ 2>/dev/null && answer=ok || answer=failed ;;
	menu) upload $menu 10.2.0.2 && received elsewhere $menu &&
		cp $menu /stick/ && umount /stick &&
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
