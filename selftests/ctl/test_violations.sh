#!/bin/bash
# SPDX-License-Identifier: MIT
# violations list, show, follow: what is one, in whose words, and what is not.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"

cat >make.py <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
from cel import *

ACME, OTHER = sha256(b"acme key"), sha256(b"other key")
UUID = bytes(range(16))
INET = bytes([1, 4, 6, 0]) + struct.pack(">HHH", 443, 0, 0) + bytes(
    [192, 0, 2, 9]) + bytes(12)
MEDIA = bytes([2, 0, 0, 0]) + struct.pack(">HHH", 0, 0x951, 0x1666) + bytes(
    16) + b"S\x1b[1m"


def flow(verdict=3, refused=1, action=3, owner=ACME, gen=7, rule=12, sink=INET,
         count=1, size=0, who=True, label=None, path=None, extra=()):
    f = {6: u64(count), 0x44: (label or owner or ACME) + UUID,
         0x45: bytes([action]), 0x46: bytes([verdict]), 0x47: u32(rule),
         0x48: u64(size), 0x49: u64(1700000000123456789),
         0x4b: sink[:1] if sink else b"\0", 0x4c: bytes([refused]),
         0x81: u32(1000) + u32(0xffffffff)}
    if owner:
        f[0x40], f[0x41] = owner, u64(gen)
    if who:
        f[0x4a], f[0x82] = sha256(b"curl"), b"/usr/bin/curl"
    if sink:
        f[0x85] = sink
    if path:
        f[0x80] = path
    f.update(extra)
    return Event(15, *[field(i, f[i]) for i in sorted(f)])


def owner(name, key, gen):
    return Event(12, field(2, sha256(b"x")), field(0x40, key),
                 field(0x41, u64(gen)), field(0x42, name), field(0x43, b"\1"),
                 field(0x81, bytes(8)))


def label(reason, path=b"/mnt/\x1b[2Jx"):
    return Event(14, field(5, u32(reason)), field(0x44, ACME + UUID),
                 field(0x80, path), field(0x81, u32(5) + u32(5)),
                 field(0x82, b"/bin/cp"))


PROG = "program /usr/bin/curl (sha256 %s)" % sha256(b"curl").hex()
L = "/00010203-0405-0607-0809-0a0b0c0d0e0f"
T = "2023-11-14T22:13:20Z"
# (events of a record, sentences expected)
table = [
    ([start()], []),
    ([arm(), running()], []),
    ([owner(b"acme", ACME, 1)], []),
    ([flow(verdict=1, refused=0), flow(verdict=2, refused=0), label(48),
      label(49)], []),
    ([flow()], [T + " record 4: " + PROG + " of user 1000 tried to send acme" +
                L + " to 192.0.2.9:443/tcp: refused by acme policy "
                "generation 7, line 12"]),
    ([flow(refused=0, count=3, size=10, action=4, sink=MEDIA)],
     [T + " record 5: " + PROG + " of user 1000 exported acme" + L +
      " to device 0951:1666 S\\x1b[1m, 3 times, 10 bytes: against acme "
      "policy generation 7, line 12"]),
    ([flow(verdict=1, refused=0), flow(rule=0, action=6, sink=None,
                                       path=b"/srv/\x07a")],
     [T + " record 6: " + PROG + " of user 1000 tried to delete acme" + L +
      " (/srv/\\x07a): refused by acme policy generation 7, default of the "
      "label"]),
    ([flow(owner=None, label=OTHER, rule=0, who=False)],
     [T + " record 7: a program of user 1000 tried to send " +
      OTHER.hex()[:12] + L + " to 192.0.2.9:443/tcp: refused by default, no "
      "policy of its owner is in force"]),
    ([flow(), flow(refused=0, action=7, sink=None)],
     [T + " record 8: " + PROG + " of user 1000 tried to send acme" + L +
      " to 192.0.2.9:443/tcp: refused by acme policy generation 7, line 12",
      T + " record 8: " + PROG + " of user 1000 traced a holder of acme" + L +
      ": against acme policy generation 7, line 12"]),
    ([label(50)], []),
]
log = [record(i, 1 if not i else 2 if i == 1 else 3, e, pcr=13 if i > 2 else 12)
       for i, (e, _) in enumerate(table)]
open("log", "wb").write(b"".join(log))
open("want", "w").write("".join(t + "\n" for _, w in table for t in w))
bad = log[:4] + [record(4, 3, [flow()], root=bytes(32)), log[5]]
open("bad", "wb").write(b"".join(bad))
lies = [flow(verdict=1, refused=1), flow(count=0), flow(extra={0x46: b"\x09"}),
        flow(extra={0x85: INET[:25]})]
open("lies", "wb").write(b"".join(
    log[:4] + [record(4, 3, lies), record(5, 3, [flow()])]))
PY
python3 make.py "$here"

run violations list log
exits 0 "list"
ok "each violation in plain words, nothing else" diff want out
ok "no control characters reach the terminal" \
	bash -c "! LC_ALL=C grep -qP '[\\x00-\\x09\\x0b-\\x1f\\x7f]' out"
run violations list log --json
exits 0 "list --json"
ok "as many objects, a line each" test "$(wc -l <out)" -eq "$(wc -l <want)"
ok "outcomes and places" test "$(jq -r '"\(.outcome):\(.record).\(.event)"' \
	out | tr '\n' ' ')" = "refused:4.0 left:5.0 refused:6.1 refused:7.0 \
refused:8.0 left:8.1 "
ok "what is not known is null" jq -es '.[3] | .policy == null and
	.who == {"exe":null,"sha256":null,"uid":1000,"login_uid":null,
		"cgroup":null} and .labels[0].namespace == null' out
run violations list log --from 8
ok "--from keeps names, leaves out what was before" diff <(tail -n 2 want) out
run violations list log --from 10
exits 0 "nothing there"
ok "is no failure" test ! -s out
run violations show 8 log
exits 0 "show"
ok "both of a record" test "$(grep -c '^2023-11-14T22:13:20Z record 8' out)" -eq 2
says out "  namespace  acme" "policy in detail"
says out "PCR 13" "and the record that proves it"
run violations show 8 log --json
ok "the proof is the record" test "$(jq -r .proof.digests.sha256 out |
	uniq)" = "$("$ctl" log show log --from 8 --count 1 --json |
	jq -r .digests.sha256)"
run violations show 3 log
exits 1 "show of a record without any"
says err "no violation in record 3 (see shinraictl violations list)" "says so"
run violations list bad
exits 1 "a record that is not what was extended"
says err "bad: 1 faulty records or events were left out" "is told"
ok "and blames nobody" test "$(cut -d' ' -f3 out)" = 5:
run violations list lies
exits 1 "events that contradict themselves"
says err "lies: 4 faulty records or events were left out" "are told"
ok "and blame nobody" test "$(cut -d' ' -f3 out)" = 5:
run violations list --policy log -- log
exits 1 "a log is no policy"
says err "log: not a compiled policy" "says so"
run violations list -- log --policy
exits 2 "-- ends the options"
run violations list --policy none -- log
exits 1 "a policy that is not there"
run violations list log --policy
exits 2 "--policy without one"
mkfifo pipe
"$ctl" violations follow pipe >followed &
pid=$!
exec 3>pipe
head -c -20 log >&3
ok "follow tells of each as it comes" until_true \
	bash -c "[ \$(wc -l <followed) -eq 6 ]"
tail -c 20 log >&3
ok "as soon as it is there" until_true cmp -s want followed
exec 3>&-
wait "$pid" && rc=0 || rc=$?
exits 0 "follow ends with its input"
ok "a full disk is a failure" bash -c "! $ctl violations list log >/dev/full"
finish
