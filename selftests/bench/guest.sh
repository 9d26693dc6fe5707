#!/bin/bash
# SPDX-License-Identifier: MIT
# Guest side of the exec benchmark: one configuration, all cases, JSON in /out.
# The guest clock leaps while the machine idles: no stall warnings then.
# vm: tpm=tis icount=yes timeout=580 mem=1024 append=rcupdate.rcu_cpu_stall_suppress=1,norandmaps,nokaslr
set -euo pipefail

what=$(sed -n 's/.*bench.what=\([a-z]*\).*/\1/p' /proc/cmdline)
cases=$(sed -n 's/.*bench.cases=\([a-z]*\).*/\1/p' /proc/cmdline)
sysfs=/sys/kernel/shinrai
ima=/sys/kernel/security/ima

counters() {
	case $what in
	shinrai) echo "$(cat $sysfs/records) $(cat $sysfs/bytes) $(cat $sysfs/events)" ;;
	ima) echo "$(cat $ima/runtime_measurements_count) 0 0" ;;
	none) echo '0 0 0' ;;
	esac
}

# Bytes in the general slab caches: marks and the table of known contents.
kmalloc() {
	awk '/^kmalloc-/ { sum += $2 * $4 } END { printf "%d\n", sum }' \
		/proc/slabinfo
}

# ext4 has a change counter and is what programs usually live on.
truncate -s 128M /tmp/disk # small: IMA hashes what mke2fs reads
mke2fs -q -t ext4 /tmp/disk
mkdir -p /bench
mount -o loop /tmp/disk /bench
case $what in
none) ;;
shinrai) [ "$(cat $sysfs/arm)" = 1 ] ;;
ima)
	cat >$ima/policy <<'END'
measure func=BPRM_CHECK mask=MAY_EXEC
measure func=MMAP_CHECK mask=MAY_EXEC
measure func=FILE_CHECK mask=MAY_READ
END
	;;
*) exit 2 ;;
esac

sleep 5 # the first seconds after boot are not representative

read -r records bytes events <<<"$(counters)"
memory=$(kmalloc)
exec_bench "$cases" /bench /usr/bin/nop >"$OUT/times.json"
if [ "$what" = shinrai ]; then
	echo 1 >$sysfs/flush
fi
read -r records2 bytes2 events2 <<<"$(counters)"
printf '{"records": %d, "bytes": %d, "events": %d, "kmalloc": %d}\n' \
	$((records2 - records)) $((bytes2 - bytes)) $((events2 - events)) \
	$(($(kmalloc) - memory)) >"$OUT/counters.json"
