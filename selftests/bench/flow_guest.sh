#!/bin/bash
# SPDX-License-Identifier: MIT
# Guest side of the flow benchmark: one configuration, all cases, JSON in /out.
# The guest clock leaps while the machine idles: no stall warnings then.
# vm: tpm=tis icount=yes timeout=580 mem=1024
# vm: append=rcupdate.rcu_cpu_stall_suppress=1,norandmaps,nokaslr
# vm: append=shinrai.extend=batch,shinrai.anchor=/vm/flow/admin.der
set -euo pipefail

option() { # option NAME: what follows bench.NAME= on the command line
	sed -n "s/.*bench.$1=\([a-z0-9]*\).*/\1/p" /proc/cmdline
}

rules=$(option rules) # 0: none are loaded
labelled=$(option labelled)

# What the host has compiled and signed, see flow_owner.py.
load_policy() {
	PYTHONPATH=/vm/lib python3 -S - "$rules" <<'PY'
import sys
from blob import *
l, name = Loader(), "/vm/flow/policy-" + sys.argv[1]
l.load(ADMISSION, read("/vm/flow/owner"), read("/vm/flow/owner.sig"))
l.load(POLICY, read(name), read(name + ".sig"))
PY
}

# ext4 keeps labels and is what files usually live on.
truncate -s 128M /tmp/disk
mke2fs -q -t ext4 /tmp/disk
mkdir -p /bench
mount -o loop /tmp/disk /bench
head -c 4096 /dev/zero >/bench/data
echo secret >/bench/secret
file=''
if [ "$rules" -gt 0 ]; then
	load_policy
	echo enforce >/sys/kernel/shinrai/mode
fi
if [ "$labelled" = yes ]; then
	read -r owner uuid </vm/flow/label
	/vm/helper label-add "$owner" "$uuid" /bench/secret
	file=/bench/secret
fi

sleep 5 # the first seconds after boot are not representative

flow_bench /bench/data ${file:+"$file"} >"$OUT/times.json"
