#!/bin/bash
# SPDX-License-Identifier: MIT
# policy whatif: recorded flows, judged by other policies; logs are python's.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"
oracle=$root/selftests/policy/oracle.py

cat >make.py <<'PY'
import datetime, json, os, random, sys
sys.path.insert(0, sys.argv[1])
sys.path.insert(0, os.path.dirname(sys.argv[2]))
from cel import *
import oracle
import random_cases

ACME, BETA = sha256(b"acme"), sha256(b"beta")
X = bytes.fromhex("6f1c2a9e000040008000000000000001")
Y = bytes.fromhex("6f1c2a9e000040008000000000000002")
Z = bytes.fromhex("6f1c2a9e000040008000000000000003")
CURL = sha256(b"curl")
TUESDAY = int(datetime.datetime(2026, 11, 24, 9, 30,
                                tzinfo=datetime.timezone.utc).timestamp())


def owner(who, name):
    return Event(12, field(2, sha256(name)), field(0x40, who),
                 field(0x41, u64(1)), field(0x42, name), field(0x43, b"\1"),
                 field(0x81, u32(0) * 2))


def sink(kind, family=0, proto=0, port=0, usb=(0, 0), addr=b"", text=b""):
    return (bytes([kind, family, proto, 0]) +
            struct.pack(">HHH", port, *usb) + addr.ljust(16, b"\0") + text)


def inet(a, b, c, d, port=443, proto=6):
    return sink(1, 4, proto, port, addr=bytes([a, b, c, d]))


def flow(verdict, where, action=3, labels=((ACME, X),), who=ACME, uid=1000,
         count=1, size=0, at=TUESDAY, line=5, program=CURL, cgroup=77,
         hide=()):
    fields = [field(6, u64(count))]
    if who:
        fields += [field(0x40, who), field(0x41, u64(7))]
    fields += [field(0x44, b"".join(o + l for o, l in labels)),
               field(0x45, bytes([action])), field(0x46, bytes([verdict])),
               field(0x47, u32(line)), field(0x48, u64(size)),
               field(0x49, u64(at * 10**9 + 5))]
    if program:
        fields.append(field(0x4a, program))
    fields += [field(0x4b, where[:1] or b"\0"),
               field(0x4c, bytes([verdict == 3])),
               field(0x81, u32(uid) * 2), field(0x82, b"/usr/bin/curl"),
               field(0x83, u64(cgroup))]
    if where:
        fields.append(field(0x85, where))
    return Event(15, *[withhold(f) if f[0] in hide else f for f in fields])


def write(name, events, last=None):
    records = log(()) + [record(2, 3, [owner(ACME, b"acme"),
                                       owner(BETA, b"beta")])]
    for e in events:
        records.append(record(len(records), 3, [e], pcr=13))
    if last:
        records.append(last(len(records)))
    open(name, "wb").write(b"".join(records))


ALLOW, AUDIT, DENY = 1, 2, 3
home = os.stat("tree/a.slice").st_ino
write("main.cel", [
    flow(ALLOW, inet(10, 1, 2, 3)),                         # 3 stays
    flow(ALLOW, inet(10, 9, 2, 3), count=4, size=400),      # 4 refused
    flow(DENY, inet(192, 0, 2, 7, 22), line=0),             # 5 allowed
    flow(ALLOW, inet(10, 9, 2, 3), count=2, size=20),       # 6 as 4
    flow(ALLOW, sink(2, usb=(0x781, 0x5567), text=b"S1"), action=4),  # 7 audit
    flow(AUDIT, b"", action=7, line=9),                     # 8 refused
    flow(AUDIT, b"", action=1, line=9),                     # 9 not audited
    flow(ALLOW, sink(4, text=b"\0print"), size=1000, count=10),  # 10 limit
    flow(ALLOW, inet(10, 1, 2, 3), hide=(0x85,)),           # 11 doubt
    flow(ALLOW, inet(10, 1, 2, 3), hide=(0x81,)),           # 12 stays: no rule asks
    flow(ALLOW, sink(5, proto=16), hide=(0x81,)),           # 13 doubt: user
    flow(ALLOW, sink(3, text=b"vfat"), action=2),           # 14 doubt: cgroup
    flow(ALLOW, sink(3, text=b"vfat"), action=2, cgroup=home),  # 15 stays
    flow(ALLOW, inet(10, 1, 2, 3), labels=((ACME, Y),)),    # 16 no such label
    flow(DENY, inet(192, 0, 2, 7, 22), labels=((ACME, X), (BETA, Z)),
         who=BETA),                                         # 17 BETA denies
    flow(DENY, inet(192, 0, 2, 7, 22), labels=((ACME, X), (BETA, Z)),
         who=ACME, line=0),                                 # 18 doubt: BETA?
    flow(ALLOW, inet(10, 9, 2, 3), labels=((BETA, Z),), who=BETA),  # 19 BETA's
])
write("faulty.cel", [flow(ALLOW, inet(10, 1, 2, 3)),
                     flow(9, inet(10, 1, 2, 3))],
      lambda n: record(n, 3, [flow(ALLOW, inet(10, 9, 9, 9))], root=CURL))
write("empty.cel", [])

# Random flows, and the outcomes that the oracle finds.
r = random.Random(int(sys.argv[3]))
made = random_cases.Random(r.random())
# The log has no cgroup's path, so no rule asks for one.
text = "".join(line + "\n" for line in made.policy().split("\n")
               if "cgroup" not in line)
open("random.policy", "w", encoding="utf-8").write(text)
policy = oracle.Policy(text)
events, counts = [], {}
for i in range(400):
    line = made.case()
    a = oracle.parse_case(line)
    a["charge"] = True
    a["at"] = TUESDAY + i
    where = b""
    if "to" in a:
        ip, port, proto = a["to"]
        where = sink(1, ip.version, proto, port, addr=ip.packed)
    elif "media" in a:
        v, p, s = a["media"]
        where = sink(2, usb=(v, p), text=s.encode())
    elif "filesystem" in a:
        where = sink(3, text=a["filesystem"].encode())
    elif "local" in a:
        where = sink(4, text=a["local"].encode())
    elif "family" in a:
        where = sink(5, proto=a["family"])
    ids = {"x": X, "y": Y, "z": Z}
    old = r.choice([ALLOW, AUDIT, DENY])
    program = a.get("program")
    events.append(flow(
        old, where, action=1 + oracle.ACTIONS.index(a["action"]),
        labels=[(ACME, ids[x]) for x in a["labels"]],
        uid=int(a.get("user", 0)), size=a["bytes"], at=a["at"],
        program=bytes.fromhex(program) if program else None))
    new = {"allow": 1, "audit": 2, "deny": 3}[policy.judge(a).split()[0]]
    key = ("unchanged" if new == old else
           "newly_refused" if new == DENY else
           "newly_allowed" if old == DENY else
           "newly_audited" if new == AUDIT else "not_audited")
    counts[key] = counts.get(key, 0) + 1
write("random.cel", events)
json_counts = {k: counts.get(k, 0) for k in
               ("newly_refused", "newly_allowed", "newly_audited",
                "not_audited", "unchanged")}
json_counts["in_doubt"] = 0
json.dump(json_counts, open("random.json", "w"))
PY
mkdir -p tree/a.slice/b.service
seed=${SEED:-$RANDOM}
echo "# seed $seed"
python3 make.py "$here" "$oracle" "$seed"

cat >new.policy <<'TEXT'
policy acme generation 8
label drawings 6f1c2a9e-0000-4000-8000-000000000001
allow any send drawings to 10.1.0.0/16
allow any send drawings to 192.0.2.7 port 22/tcp when mon-fri 09:00-10:00
allow any send drawings to local "@print" limit 3 uses per 1h
allow user 1000 send drawings to other
allow cgroup "/a.slice" write drawings to filesystem vfat
audit any export drawings to usb 0781
TEXT
run policy whatif --policy new.policy --log main.cel --json
exits 0 "whatif"
json 'd["accesses"] == {"newly_refused": 15, "newly_allowed": 1,
	"newly_audited": 1, "not_audited": 1, "in_doubt": 5, "unchanged": 7}' \
	"what changes, in numbers"
json '[(g["count"], g["bytes"], g["first_record"], g["last_record"])
	for g in d["newly_refused"] if "10.9.2.3" in g["what"]] ==
	[(6, 420, 4, 6)]' "flows that are alike are told together"
json '[(g["count"], g["bytes"]) for g in d["newly_refused"]
	if "@print" in g["what"]] == [(7, 700)]' "a limit ends among accesses"
json 'any("has no such label" in g["would"] for g in d["newly_refused"])' \
	"a label that the policy does not have is denied"
json 'd["newly_allowed"][0]["would"] == "allow by line 4 of new.policy" and
	d["newly_allowed"][0]["was"] == "deny by default" and
	"/usr/bin/curl" in d["newly_allowed"][0]["who"] and
	d["newly_allowed"][0]["first"].startswith("2026-11-24T09:30:00")' \
	"what is newly allowed"
json 'sorted(g["would"].split(",")[0].split(" (")[0] for g in d["in_doubt"]) ==
	["that depends on another owner", "that depends on the cgroup",
	 "that depends on the user", "that depends on where to"]' \
	"what cannot be told, and why"
run policy whatif --policy new.policy --log main.cel
says out "newly refused: " "as text"
says out "  acme/drawings: send to 10.9.2.3 port 443/tcp" "by the label's name"
says out "    was: allow by line 5 of generation 7" "what it was"
says out "    would be: deny by default" "what it would be"
says out "6 accesses, 420 bytes, first at 2026-11-24T09:30:00" "how much"
run policy whatif --policy new.policy --log main.cel --exit-code
exits 1 "--exit-code"
run policy whatif --policy new.policy --log main.cel --cgroups tree/ --json
json 'd["accesses"]["in_doubt"] == 4 and d["accesses"]["unchanged"] == 8' \
	"--cgroups: what is known is no doubt"
run policy whatif --policy new.policy --log main.cel --cgroups none
exits 1 "no cgroups"
# The same as a blob, which says itself whose it is.
owner=$(printf acme | sha256sum | cut -d' ' -f1)
run policy compile new.policy --owner "$owner" --out new.blob
run policy whatif --policy new.blob --log main.cel --json
json 'd["accesses"]["newly_refused"] == 15' "a blob says the same"
cat >beta.policy <<'TEXT'
policy beta generation 1
label secrets 6f1c2a9e-0000-4000-8000-000000000003
allow any send secrets to 192.0.2.7
TEXT
run policy whatif --policy new.policy beta.policy --log main.cel --json
json 'd["accesses"]["newly_allowed"] == 3 and d["accesses"]["in_doubt"] == 4' \
	"with the other owner's policy nothing depends on it"
run policy whatif --policy beta.policy --log main.cel --json
json 'd["accesses"]["newly_refused"] == 1' "one owner's policy alone"
run policy whatif --policy new.policy new.blob --log main.cel
says err "are both of acme" "two of one owner"
sed 's/acme/gamma/' new.policy >gamma.policy
run policy whatif --policy gamma.policy --log main.cel
exits 1 "nobody's policy"
says err "nobody was admitted as 'gamma'" "nobody's policy: why"
run policy whatif --policy new.policy --log faulty.cel
exits 1 "a faulty log"
says out "unchanged: 1 accesses" "what is sound is told"
says err "2 faulty records or events were left out" "what is not is counted"
run policy whatif --policy new.policy --log empty.cel --exit-code
exits 0 "nothing was recorded"
run policy whatif --policy new.policy --log none.cel
exits 1 "no log"
run policy whatif --policy wrong --log main.cel
exits 1 "no policy"
run policy whatif --log main.cel
exits 2 "which policy?"

# 400 random flows, by a random policy
run policy whatif --policy random.policy --log random.cel --json
json 'd["accesses"] == json.load(open("random.json"))' \
	"400 random flows as the oracle has them, seed $seed"
json 'sum(d["accesses"].values()) == d["flows"] == 400' \
	"every flow is in one of them"
finish
