#!/bin/bash
# SPDX-License-Identifier: MIT
# log show and log follow: every field decoded, hostile bytes inert, faults.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"

cat >make.py <<'PY'
import json, sys
sys.path.insert(0, sys.argv[1])
from cel import *

H = sha256(b"x").hex()
COMMIT = sha256(b"withheld")
# (event, field, JSON expected of its fields)
table = [
    (Event(3, field(1, b"\2"), field(2, sha256(b"x")), field(3, u64(2**40)),
           field(4, u32(0x25)), field(8, u32(0xEF53)),
           field(9, b"\0\x0b" + sha256(b"x")),
           field(0x80, b"/bin/a b\\c\x1b[2J\n\xff\xe2\x80\xae" + "信".encode()),
           field(0x81, u32(1000) + u32(1001)), withheld(0x82, COMMIT),
           field(0x83, u64(7))),
     {"event": "CODE", "kind": "script", "digest": H, "size": 2**40,
      "flags": ["uncached", "buffer", "mprotect"], "fsmagic": 0xEF53,
      "verity": {"alg": "sha256", "digest": H},
      "path": "/bin/a b\\x5cc\\x1b[2J\\x0a\\xff\\xe2\\x80\\xae信",
      "uid": {"uid": 1000, "login": 1001},
      "exe": {"withheld": COMMIT.hex()}, "cgroup": 7}),
    (Event(5, field(4, u32(0x80000000)), field(6, u64(3)),
           field(0x81, u32(5) + u32(0xffffffff)), field(0x82, b"/usr/bin/node")),
     {"event": "ANON_EXEC", "flags": ["unknown-0x80000000"], "count": 3,
      "uid": {"uid": 5, "login": None}, "exe": "/usr/bin/node"}),
    (Event(8, field(6, u64(2**63 - 1)), field(0x83, u64(2**64 - 1))),
     {"event": "OVERFLOW", "count": 2**63 - 1, "cgroup": str(2**64 - 1)}),
    (Event(6, field(5, u32(2)), field(0x80, b"/a")),
     {"event": "VIOLATION", "reason": "tomtou", "path": "/a"}),
    (Event(7, field(5, u32(16)), field(7, u32(62)), field(0x24, b"\1")),
     {"event": "STATE", "reason": "degraded-timeout", "errno": "ETIME",
      "mode": "enforce"}),
    (Event(8, field(5, u32(33)), field(6, u64(12))),
     {"event": "OVERFLOW", "reason": "user-rate", "count": 12}),
    (Event(9, field(1, b"\4"), field(7, u32(5)), field(0x80, b"/m.ko")),
     {"event": "UNMEASURED", "kind": "module", "errno": "EIO",
      "path": "/m.ko"}),
    (Event(10, field(0x15, b"\0\1\0\x0b\x0c\2\xaa\xbb"), field(0x30, u64(9)),
           field(0x31, sha256(b"x"))),
     {"event": "CHECKPOINT",
      "pcr_values": [{"alg": "sha256", "pcr": 12, "value": "aabb"}],
      "records": 9, "log_root": H}),
    (Event(11, field(0x84, b"ext4")), {"event": "MODULE", "name": "ext4"}),
    # What is unknown or does not fit is shown, never guessed.
    (Event(0x8123, field(0x70, b"\1\2")),
     {"event": "unknown-0x8123", "field-0x70": {"unknown": "0102"}}),
    (Event(3, field(1, b"\0\1"), field(3, b"\1"), field(9, b"\0")),
     {"event": "CODE", "kind": {"malformed": "0001"},
      "size": {"malformed": "01"}, "verity": {"malformed": "00"}}),
    (Event(10, field(0x15, b"\0\2\0\x0b\x0c\2\xaa\xbb")),
     {"event": "CHECKPOINT",
      "pcr_values": {"malformed": "0002000b0c02aabb"}}),
    (Event(10, field(0x15, b"\0\1\0\x0b\x0c\x30\xaa\xbb")),
     {"event": "CHECKPOINT",
      "pcr_values": {"malformed": "0001000b0c30aabb"}}),
    (Event(2, field(0x20, b"\x09code")),
     {"event": "ARM", "programs": {"malformed": "09636f6465"}}),
    (start(),
     {"event": "START", "abi": 1, "kernel": "6.1.0 #1 SMP",
      "module_id": "abcd",
      "banks": [{"alg": "sha256", "size": 32, "capped": False},
                {"alg": "sm3_256", "size": 32, "capped": True}],
      "pcrs": {"code": 12, "flow": 13},
      "pcr_values": [{"alg": "sha256", "pcr": 12, "value": "00" * 32}],
      "loaded_at": 5, "user_tasks": 0, "anchors": [sha256(b"anchor").hex()],
      "params": "mode=observe"}),
    (arm(),
     {"event": "ARM",
      "programs": [{"name": "code", "sha256": sha256(b"code").hex()}],
      "links": 9, "policies": [], "running": 1, "mode": "observe",
      "extend": "batch", "window": {"ms": 100, "events": 256}}),
]
open("all.log", "wb").write(
    b"".join(record(i, 3, [e]) for i, (e, _) in enumerate(table)))
json.dump([x for _, x in table], open("expected", "w"))
good = b"".join(log())
open("good.log", "wb").write(good)
# (name, bytes, what must be said)
bad = [
    ("root", record(0, 3, [code()], root=bytes(32)), "extended"),
    ("count", record(0, 3, [code()], count=2), "missing or too many"),
    ("version", record(0, 3, [code()], version=2), "version"),
    ("recnum", record(0, 3, [code()], hnum=1), "two record numbers"),
    ("pcr", record(0, 3, [code()], hpcr=13), "two PCRs"),
    ("foreign", record(0, 3, [code()], content=4), "not a Shinrai record"),
    ("digest", record(0, 3, [code()], digests=bytes(32)), "digests are not"),
    ("allcapped", record(0, 3, [code()], capped=BANKS), "no digest"),
    ("cut", good[:-1], "cut record at byte"),
    ("trailing", good + b"\0", "cut record at byte"),
    ("huge", tlv(0, bytes(8)) + b"\1\xff\xff\xff\xff", "above 1 MiB"),
    ("garbage", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 9, "above 1 MiB"),
    ("order", good.replace(tlv(1, b"\x0c"), tlv(2, b"\x0c") + b"", 1)
     .replace(b"\2\0\0\0\1\x0c", b"\7\0\0\0\1\x0c", 1), "malformed record"),
]
with open("bad.list", "w") as f:
    for name, data, text in bad:
        open("bad-" + name, "wb").write(data)
        f.write("%s|%s\n" % (name, text))
open("late.log", "wb").write(record(2**64 - 1, 3, [code()], time=2**64 - 1))
open("capped.log", "wb").write(record(0, 3, [code()], capped=(4, 12)))
PY
python3 make.py "$here"

run log show --json all.log
exits 0 "log of every event"
n=$(python3 -c 'import json; print(len(json.load(open("expected"))))')
for ((i = 0; i < n; i++)); do
	ok "event $i decoded as expected" python3 -c "
import json, sys
got = json.loads(open('out').read().split('\n')[$i])['events'][0]
want = json.load(open('expected'))[$i]
sys.exit(0 if got == want else '%r\n%r' % (got, want))"
done

run log show all.log
exits 0 "the same for people"
ok "no control characters reach the terminal" \
	bash -c "! LC_ALL=C grep -qP '[\\x00-\\x09\\x0b-\\x1f\\x7f]' out"
ok "no direction override reaches the terminal" \
	bash -c "! grep -q $'\\xe2\\x80\\xae' out"
says out 'path=/bin/a\x20b\x5cc\x1b[2J\x0a\xff' "hostile path escaped"
says out 'exe=(withheld)' "withheld field says so"

run log show good.log --from 1 --count 2 --json --records
exits 0 "part of a log"
ok "--from and --count" test "$(wc -l <out)" -eq 2
says out '"record":1,' "begins with record 1"
ok "--records leaves out events" bash -c "! grep -q events\\\" out"
run log show --from 99 good.log
exits 0 "from beyond the end"
ok "nothing beyond the end" test ! -s out
run log show capped.log
exits 0 "capped banks are no fault"

run log show late.log
says out "18446744073709551615 18446744073.709551  PCR 12" \
	"the largest number and time"
run log show --json late.log --from 18446744073709551615
json 'd["record"] == str(2**64 - 1) and d["time_ns"] == str(2**64 - 1)' \
	"the same in JSON, as texts"

"$ctl" log show --json good.log >file.json
ok "standard input, byte by byte" bash -c "
	python3 -c 'import sys,time
for b in open(\"good.log\",\"rb\").read(300):
	sys.stdout.buffer.write(bytes([b])); sys.stdout.flush()
sys.stdout.buffer.write(open(\"good.log\",\"rb\").read()[300:])' |
	$ctl log show - --json | cmp - file.json"

while IFS='|' read -r name text; do
	run log show "bad-$name"
	exits 1 "$name"
	says <(cat out err) "$text" "$name: says why"
	run log show --json "bad-$name"
	ok "$name: --json ends in an error object" python3 -c "
import json
e = json.loads(open('out').read().strip().split('\n')[-1])['error']
assert set(e) == {'code', 'message', 'hint'}, e"
done <bad.list

run log show no-such-file
exits 1 "no such file"
says err "cannot open no-such-file: No such file" "names the file"
mkfifo pipe
"$ctl" log follow --json --count 3 pipe >followed &
pid=$!
exec 3>pipe
head -c 900 good.log >&3
ok "follow shows a record before the next one comes" \
	until_true test -s followed
tail -c +901 good.log >&3
wait "$pid" && rc=0 || rc=$?
exec 3>&-
exits 0 "follow ends after --count"
ok "follow showed what show shows" cmp followed <(head -3 file.json)

ok "a full disk is a failure" bash -c "! $ctl log show good.log >/dev/full"
finish
