# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2119,SC2153,SC2154
# Virtual machines as devices of a fleet, each with a TPM of its own: after
# fleet/sim.sh; what they leave behind is in $out.
top=$root demo=$root/selftests/demo build=$(realpath "$BUILD") begun=$SECONDS
bin=$build/user kernel=6.12 memory=1024
[ -f "$build/modules/$kernel/shinrai.ko" ] || {
	echo "Bail out! there is no module for $kernel: make modules"
	exit 1
}
# shellcheck source=selftests/demo/prepare.sh
. "$demo/prepare.sh"
# shellcheck source=selftests/demo/machines.sh
. "$demo/machines.sh"
trap 'stop_machines; end_sim; end_verifier; cleanup' EXIT
# Machines run for as long as all of this takes.
export VM_PATIENCE=10
rm -rf "$out"
mkdir -p "$out"

# make_machines: what each of them is made of; vms.txt has what they may run
make_machines() {
	mkdir overlay
	# They ask for no owner's policy here.
	touch acme.{admission,blob}{,.sig}
	make_fleet_certs
	cp server.pem device.pem
	cp server.key device.key
	make_disk
	make_initrd "$work/with.cpio" >/dev/null
	make_digests >/dev/null
	mv known.txt vms.txt
}

# machine NAME: boots, and serves; its spool outlives that
machine() {
	[ -f "spool.$1.img" ] || mke2fs -q -F -t ext4 "spool.$1.img" 16M
	cp disk.img "disk.$1.img" &&
		boot "$1" "$work/with.cpio" first yes "$1" \
			--disk "$work/disk.$1.img" --disk "$work/spool.$1.img" &&
		order "$1" spool && order "$1" daemon
}

# vms_conf LIST...: machines may run that, and boot what vms.json has; start_sim wrote
# what the simulated ones are held against
vms_conf() {
	verifier_conf "policies = (
		{ name = \"sim\"; digests = [ \"$work/known.txt\" ];
		  reference = \"$work/boot.json\"; },
		{ name = \"vm\"; digests = [ $(printf '"%s",' "$@" | sed 's/,$//') ];
		  reference = \"$work/vms.json\"; } );" 'period_s = 2;' 'missed = 6;' \
		'timeout_s = 10;'
}

enrol_machine() { # NAME
	said 201 fleet admin /devices -d "{\"name\":\"$1\",\"policy\":\"vm\",
		\"url\":\"https://127.0.0.1:${port[$1]}/\"}"
}

stand() { # NAME STATE [SECONDS]: and not only because it is about to be asked
	becomes "$1" ".state == \"$2\" and .code != \"stale\" and
		.fresh == (\"$2\" != \"unreachable\")" "${3:-60}"
}

# turns_rogue NAME: it runs what nobody knows
turns_rogue() {
	order "$1" rogue
	becomes "$1" '.state == "untrusted" and .code == "code-unknown" and
		(.reason | contains("/data/rogue"))' 30
}
