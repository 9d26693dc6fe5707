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
OWNER, UUID = sha256(b"owner"), bytes(range(16))
UUID_TEXT = "00010203-0405-0607-0809-0a0b0c0d0e0f"


def sink(kind, family=0, proto=0, port=0, usb=(0, 0), addr=b"", text=b""):
    """struct shinrai_sink and its text"""
    return (bytes([kind, family, proto, 0]) +
            struct.pack(">HHH", port, *usb) + addr.ljust(16, b"\0") + text)


def flow(*fields):
    return Event(15, *[field(i, v) for i, v in fields])
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
    (Event(12, field(2, sha256(b"x")), field(0x40, OWNER),
           field(0x41, u64(3)), field(0x42, b"acme"), field(0x43, b"\1")),
     {"event": "OWNER", "digest": H, "owner": OWNER.hex(), "generation": 3,
      "namespace": "acme", "operation": "admit"}),
    (Event(12, field(0x43, b"\2")), {"event": "OWNER", "operation": "revoke"}),
    (Event(13, field(2, sha256(b"x")), field(6, u64(12)), field(0x40, OWNER),
           field(0x41, u64(7)), field(0x42, b"acme")),
     {"event": "POLICY", "digest": H, "count": 12, "owner": OWNER.hex(),
      "generation": 7, "namespace": "acme"}),
    (Event(14, field(5, u32(48)), field(0x44, OWNER + UUID),
           field(0x80, b"/srv/a"), field(0x81, u32(0) + u32(5))),
     {"event": "LABEL", "reason": "applied",
      "labels": [{"owner": OWNER.hex(), "uuid": UUID_TEXT}],
      "path": "/srv/a", "uid": {"uid": 0, "login": 5}}),
    (Event(14, field(5, u32(49)), field(0x44, OWNER + UUID + OWNER + UUID)),
     {"event": "LABEL", "reason": "granted",
      "labels": 2 * [{"owner": OWNER.hex(), "uuid": UUID_TEXT}]}),
    (Event(14, field(5, u32(50)), field(0x44, OWNER)),
     {"event": "LABEL", "reason": "lost",
      "labels": {"malformed": OWNER.hex()}}),
    (Event(7, field(5, u32(24)), field(0x21, u32(31))),
     {"event": "STATE", "reason": "labels-live", "links": 31}),
    (flow((6, u64(2)), (0x40, OWNER), (0x41, u64(7)), (0x44, OWNER + UUID),
          (0x45, b"\3"), (0x46, b"\3"), (0x47, u32(12)), (0x48, u64(2**40)),
          (0x49, u64(1700000000123456789)), (0x4a, sha256(b"x")),
          (0x4b, b"\1"), (0x4c, b"\1"), (0x81, u32(1000) + u32(1000)),
          (0x85, sink(1, 4, 6, 443, addr=bytes([192, 0, 2, 9])))),
     {"event": "FLOW", "count": 2, "owner": OWNER.hex(), "generation": 7,
      "labels": [{"owner": OWNER.hex(), "uuid": UUID_TEXT}],
      "action": "send", "verdict": "deny", "rule": 12, "bytes": 2**40,
      "wall_time": "2023-11-14T22:13:20.123456789Z", "program": H,
      "sink_kind": "inet", "refused": True,
      "uid": {"uid": 1000, "login": 1000},
      "sink": {"kind": "inet", "address": "192.0.2.9", "port": 443,
               "protocol": "tcp"}}),
    (flow((0x45, b"\4"), (0x46, b"\2"), (0x4b, b"\2"), (0x4c, b"\0"),
          (0x85, sink(2, usb=(0x951, 0x1666), text=b"S\xff1"))),
     {"event": "FLOW", "action": "export", "verdict": "audit",
      "sink_kind": "media", "refused": False,
      "sink": {"kind": "media", "vendor": "0951", "product": "1666",
               "serial": "S\\xff1"}}),
    (flow((0x45, b"\1"), (0x46, b"\1"), (0x4b, b"\3"),
          (0x85, sink(3, text=b"vfat"))),
     {"event": "FLOW", "action": "read", "verdict": "allow",
      "sink_kind": "filesystem", "sink": {"kind": "filesystem",
                                          "type": "vfat"}}),
    (flow((0x45, b"\2"), (0x4b, b"\4"), (0x85, sink(4, text=b"\0x"))),
     {"event": "FLOW", "action": "write", "sink_kind": "local",
      "sink": {"kind": "local", "path": "\\x00x"}}),
    (flow((0x45, b"\5"), (0x4b, b"\5"), (0x85, sink(5, proto=17))),
     {"event": "FLOW", "action": "derive", "sink_kind": "other",
      "sink": {"kind": "other", "family": 17, "text": ""}}),
    (flow((0x45, b"\6"), (0x49, u64(2**64 - 1)), (0x85, sink(
        1, 6, 132, 0, addr=bytes.fromhex("20010db8") + bytes(11) + b"\1"))),
     {"event": "FLOW", "action": "delete",
      "wall_time": "2554-07-21T23:34:33.709551615Z",
      "sink": {"kind": "inet", "address": "2001:db8::1", "port": 0,
               "protocol": "sctp"}}),
    (flow((0x45, b"\7"), (0x49, u64(0)), (0x85, sink(
        1, 4, 253, 65535, addr=bytes([1, 2, 3, 4])))),
     {"event": "FLOW", "action": "trace",
      "wall_time": "1970-01-01T00:00:00.000000000Z",
      "sink": {"kind": "inet", "address": "1.2.3.4", "port": 65535,
               "protocol": "253"}}),
    (flow((0x45, b"\x08"), (0x46, b"\4"), (0x4b, b"\6"), (0x4c, b"\2"),
          (0x85, sink(1, 4, 6, 443, addr=bytes(15) + b"\1"))),
     {"event": "FLOW", "action": "unknown-0x8", "verdict": "unknown-0x4",
      "sink_kind": "unknown-0x6", "refused": {"malformed": "02"},
      "sink": {"malformed": sink(1, 4, 6, 443,
                                 addr=bytes(15) + b"\1").hex()}}),
    (flow((0x85, sink(6)[:25])),
     {"event": "FLOW", "sink": {"malformed": sink(6)[:25].hex()}}),
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
