# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What a device of the demo is made of, and what it is held against.

: "${top:?}" "${demo:?}" "${build:?}" "${bin:?}" "${work:?}" "${kernel:?}" # by run
: "${memory:?}" "${begun:?}"

say() { printf '\n[%3d s] %s\n' $((SECONDS - begun)) "$*"; }
note() { printf '        %s\n' "$@"; }
die() {
	echo "demo: $*" >&2
	exit 1
}

# One certificate authority, the device, the verifier.
make_certificates() (
	cd "$work" || exit
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout ca.key -out ca.pem -days 2 -subj '/CN=demo CA' 2>/dev/null
	for name in device verifier; do
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-keyout $name.key -out $name.csr \
			-subj "/CN=$name" 2>/dev/null
		openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key \
			-CAcreateserial -days 2 -out $name.pem -extfile <(
				echo 'subjectAltName=IP:127.0.0.1'
			) 2>/dev/null
	done
	openssl ecparam -name prime256v1 -genkey -noout -out ear.key
)

# What the device has on its disk; read-only, the same in every act.
make_disk() {
	local disk=$work/disk
	mkdir "$disk"
	cp "$work"/{ca.pem,device.pem,device.key} "$disk/"
	cp "$build/modules/$kernel/shinrai.ko" "$disk/"
	sed "s|@DATA@|/data|g" "$demo/shinraid.conf.in" >"$disk/shinraid.conf"
	echo 'drawing 4711, rev B' >"$disk/drawing.txt"
	cat >"$disk/report.sh" <<'END'
#!/bin/sh
echo "report of $(date -u +%F): $(wc -l </data/drawing.txt) drawing"
END
	chmod 755 "$disk/report.sh"
	gcc -static -nostdlib -o "$disk/rogue" "$demo/rogue.S"
	gcc -static -O2 -Wall -Wextra -Werror -o "$disk/upload" "$demo/upload.c"
	cp "$work"/acme.{admission,blob}{,.sig} "$disk/"
	truncate -s 16M "$work/disk.img"
	mke2fs -q -t ext4 -d "$disk" "$work/disk.img"
}

# make_initrd FILE [OPTION]
make_initrd() {
	"$top/selftests/vm/mkinitramfs" --kernel "$kernel" --build "$build" \
		--test "$demo/machine.sh" --file /bin/ip:/usr/local/bin/ip \
		--module veth --module xhci_pci --module usb_storage \
		--module sd_mod --overlay "$work/overlay" --out "$@"
}

# Everything in the initramfs and on the disk, but for the program that nobody
# vouches for.
make_digests() {
	local tree=$work/tree
	mkdir "$tree"
	(cd "$tree" && { cpio -idm --quiet && cpio -idm --quiet; }) \
		<"$work/with.cpio"
	mkdir "$tree/data"
	cp "$work"/disk/{report.sh,upload} "$tree/data/"
	"$bin/shinraictl" digests make --trust-local "$tree" \
		--out "$work/known.txt"
	note "$(grep -vc '^#' "$work/known.txt") programs, libraries, scripts and" \
		"kernel modules are known; they come from a local folder, and" \
		"every verdict will say so."
}

# make_reference FOLDER: what the machine that ran there booted from
make_reference() {
	# QEMU fills in the kernel's setup header, the firmware appends to its options.
	"$demo/qemu_kernel.py" "${KERNELS:-$build/kernels}/$kernel/vmlinuz" "$work/with.cpio" \
		"$memory" "$work/vmlinuz"
	"$bin/shinraictl" reference make --kernel "$work/vmlinuz" \
		--initrd "$work/with.cpio" --arms \
		--cmdline "$(cat "$1/append") initrd=initrd" \
		--firmware-log "$1/files/firmware.log" \
		--module "$build/modules/$kernel/shinrai.ko" --out "$work/boot.json"
}
