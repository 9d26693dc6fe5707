#!/bin/bash
# SPDX-License-Identifier: MIT
# The judges themselves: splats are seen, TAP is counted right, nothing passes
# by saying nothing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

ok() { # ok TEXT COMMAND...
	local text=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $text"
	else
		echo "not ok $count - $text"
		failed=1
	fi
}

# Each line is from a real console; "-" lines must not alarm.
splat_lines() {
	cat <<'END'
+ [    3.1] WARNING: CPU: 0 PID: 1 at kernel/bpf/core.c:7 bpf_x+0x1/0x2
+ [    3.1] ------------[ cut here ]------------
+ [    3.1] BUG: kernel NULL pointer dereference, address: 0000000000000008
+ [    3.1] BUG: sleeping function called from invalid context at mm/slab.h:1
+ [    3.1] BUG: scheduling while atomic: init/1/0x00000002
+ [    3.1] Oops: 0002 [#1] PREEMPT SMP NOPTI
+ [    3.1] general protection fault, probably for non-canonical address
+ [    3.1] kernel BUG at fs/inode.c:611!
+ [    3.1] Kernel panic - not syncing: panic_on_warn set ...
+ [    3.1] WARNING: possible circular locking dependency detected
+ [    3.1] WARNING: possible recursive locking detected
+ [    3.1] WARNING: suspicious RCU usage
+ [    3.1] WARNING: bad unlock balance detected!
+ [    3.1] WARNING: inconsistent lock state
+ [    3.1] INFO: task bash:77 blocked for more than 120 seconds.
+ [    3.1] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
+ [    3.1] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [bash:77]
+ [    3.1] BUG: KASAN: use-after-free in shinrai_x+0x1/0x2
+ [    3.1] UBSAN: array-index-out-of-bounds in kernel/x.c:1:2
+ [    3.1] refcount_t: underflow; use-after-free.
+ [    3.1] list_del corruption. prev->next should be ffff
- [    0.0] Linux version 6.1.0-1-amd64 (debian-kernel@lists.debian.org)
- [    2.1] ima: Can not allocate sha384 (reason: -2)
- [    0.7] acpi PNP0A08:00: fail to add MMCONFIG information
- [    1.9] amd_pstate: the _CPC object is not present in SBIOS
- [    2.5] shinrai: loading out-of-tree module taints kernel.
- [    2.5] shinrai: module verification failed: signature missing
- [    6.2] reboot: Power down
END
}

splat_seen() {
	! "$here/splats" "$work/log" >/dev/null
}

splat_unseen() {
	"$here/splats" "$work/log" >/dev/null
}

counts() { # counts EXPECTED INPUT: verdicts of selftests/tap in order
	[ "$(printf '%b' "$2" | "$top/selftests/tap" | cut -f1 |
		tr '\n' ' ')" = "$1 " ]
}

while read -r sign line; do
	printf 'first\n%s\nlast\n' "$line" >"$work/log"
	if [ "$sign" = + ]; then
		ok "splat seen: ${line#*] }" splat_seen
	else
		ok "no splat: ${line#*] }" splat_unseen
	fi
done < <(splat_lines)
ok "a log that cannot be read is no clean log" \
	bash -c "! '$here/splats' '$work/absent' 2>/dev/null"

ok "a pass and a skip" counts "ok skip" \
	'1..2\nok 1 - a\nok 2 - b # SKIP why\n'
ok "a failure" counts "ok not" '1..2\nok 1 - a\nnot ok 2 - b\n'
ok "a plan that was not kept" counts "ok not" '1..3\nok 1 - a\n'
ok "a plan, and then nothing" counts "not" '1..3\n'
ok "a whole file skipped" counts "skip" '1..0 # SKIP no folder\n'
ok "bail out" counts "not" 'Bail out! no program\n'
ok "only leaves of KTAP count" counts "ok ok" \
	'KTAP version 1\n1..1\n    KTAP version 1\n    1..2\n    ok 1 a\n    ok 2 b\nok 1 - s\n'
ok "a failed group counts beside its leaves" counts "ok not" \
	'1..1\n    1..1\n    ok 1 a\nnot ok 1 - s\n'
echo "1..$count"
exit "$failed"
