#!/bin/bash
# SPDX-License-Identifier: MIT
# shinraictl on the real module: what it says is what the log and the TPM hold.
# vm: kernel=6.1 load=late arm=no tpm=tis timeout=180
set -uo pipefail
# shellcheck source=selftests/vm/lib/tap.sh
. /vm/lib/tap.sh

json() { # EXPRESSION about the document d in /tmp/out
	python3 -S -c "
import json, sys
sys.path.insert(0, '/vm/lib')
from shinrai import *
d = json.load(open('/tmp/out'))
sys.exit(0 if ($1) else repr(d)[:500])"
}

ctl() {
	shinraictl "$@" >/tmp/out
}

status_says() {
	ctl status --json && json "$1"
}

refused() { # JSON-CODE ARGUMENT...
	! ctl "${@:2}" --json && json "d['error']['code'] == '$1'"
}

flush_agrees() {
	ctl flush --json && json "all(
		tpm_values()[(b, d[p]['pcr'])] == v
		for p in ('code', 'flow') for b, v in d[p]['banks'].items()
		if v != 'capped')"
}

# Every event that the tests' own reader finds, with kind, digest and path.
shows_all() {
	python3 -S - <<'PY'
import json, sys
sys.path.insert(0, "/vm/lib")
from shinrai import *
kinds = ["", "exec", "script", "mmap", "module"]
want = [(r.num, e.digest, e.text(PATH)) for r in split(open(
    "/tmp/copy", "rb").read()) for e in r.events if e.type == EV_CODE]
got = [(r["record"], e["digest"], e.get("path", "")) for r in map(
    json.loads, open("/tmp/shown")) for e in r["events"] if e["event"] == "CODE"]
sys.exit(0 if want and want == got else "%d %d" % (len(want), len(got)))
PY
}

# The redacted log leads to the same PCR values, and no path is left.
redacted_replays() {
	shinraictl log show --json --records /tmp/copy >/tmp/a &&
		shinraictl log show --json --records /tmp/redacted >/tmp/b &&
		cmp /tmp/a /tmp/b && ! grep -q /usr/bin /tmp/redacted
}

follows() {
	local last pid
	last=$(cat "$S/records")
	timeout 20 shinraictl log follow --json --from "$((last + 1))" \
		--count 1 >/tmp/followed &
	pid=$!
	sleep 1
	fresh /usr/bin/jq /tmp/followed-program
	/tmp/followed-program --version
	wait "$pid" && grep -q /tmp/followed-program /tmp/followed
}

# What is behind a checkpoint is freed: the rest can be exported, and says so.
trimmed() {
	python3 -S - <<-'PY' >/tmp/first
	import sys
	sys.path.insert(0, "/vm/lib")
	from shinrai import *
	dev = Device()
	dev.checkpoint()
	last = dev.flush()[0] - 1
	dev.trim(last)
	print(last)
	PY
	ctl log export /tmp/trimmed --json &&
		json "d['trimmed'] == $(cat /tmp/first) - 1 > 0 and
			d['first'] == 0 and d['records'] == d['last'] - d['trimmed'] + 1" &&
		shinraictl log export /tmp/trimmed --force 2>/tmp/note &&
		grep 'were trimmed, so this copy does not replay' /tmp/note
}

check "status: loaded, not armed" status_says \
	"d['loaded'] and not d['armed'] and d['state'] == 'loaded' and d['tpm']"
check "status: what to do next" status_says "d['next'] == 'shinraictl arm'"
check "arm" shinraictl arm
check "the kernel says armed" test "$(cat "$S/arm")" = 1
check "arm again" bash -c "shinraictl arm | grep -q already"
check "status: armed" status_says "d['armed'] and d['state'] == 'armed' and
	d['mode'] == 'observe' and d['daemon'] is None and d['records'] >= 2"
check "status agrees with sysfs" status_says "all(
	str(d[k]) == open('$S/' + k).read().strip()
	for k in ('mode', 'extend', 'pcr_code', 'pcr_flow', 'abi', 'version',
		  'boot_id'))"
# The programs of this check are new code themselves: once for them.
flush_agrees >/dev/null 2>&1 || true
check "flush: the TPM's values" flush_agrees
check "log export" shinraictl log export /tmp/copy
shinraictl log show --json /tmp/copy >/tmp/shown
check "log show: every event of code" shows_all
check "log show reads the device" bash -c "
	shinraictl log show --json --count 1 | grep -q '\"type\":\"START\"'"
check "log show --from" bash -c "
	shinraictl log show --json --from 1 --count 1 | grep -q '\"record\":1,'"
check "log export --redact" shinraictl log export --log /tmp/copy \
	--redact path,uid,exe,cgroup,name /tmp/redacted
check "the redacted log replays" redacted_replays
check "log follow" follows
check "log export: a trimmed log" trimmed
check "an ordinary user reads status" user shinraictl status
check "an ordinary user does not read the log" \
	bash -c "! setpriv --reuid=user --regid=user --clear-groups \
		shinraictl log show"
check "mode enforce" bash -c "shinraictl mode enforce | grep -qx enforce"
check "no way back" refused no-way-back mode observe
plan
