#!/bin/bash
# SPDX-License-Identifier: MIT
# Policies are replaced thousands of times while others read what is in force and
# are judged by it: always by one policy, always whole, never an older one.
# vm: kernel=6.1,6.12 slow=6.1,6.12 load=late arm=yes timeout=2400 smp=2
# vm: append=shinrai.anchor=/vm/keys/admin.der,shinrai.extend=batch
# vm: append=shinrai.rate=1000000,shinrai.burst=1000000
# vm: file=@build/vm/swap:/usr/bin/swap
set -euo pipefail
# shellcheck source=selftests/vm/lib/tap.sh
. /vm/lib/tap.sh

ip link set lo up
PYTHONPATH=/vm/lib python3 -S - <<'PY'
from blob import *
from shinrai import *

# Where the first kernel has shown it, the other one is asked less.
SWAPS = 10000 if os.uname().release.startswith("6.1.") else 2000
t = Tap()
subprocess.run(["tpm2_pcrread"], stdout=subprocess.DEVNULL)
dev = Loader(os.O_RDONLY)
writer = Loader()
writer.admit("acme", "acme", 1)
writer.admit("beta", "beta", 2)
acme, beta = owner_of("acme"), owner_of("beta")
other = policy("beta", "beta", 9, [Rule(DENY, SEND)])
writer.policy("beta", other)


def swap(first, count):
    return subprocess.Popen(
        ["swap", "acme", KEYS + "acme.pem", KEYS + "acme.key", str(first),
         str(count)], stdout=subprocess.PIPE)


def whole(blob):
    """Its generation; every rule is in that line."""
    size, generation = struct.unpack_from("<IQ", blob, 12)
    labels, rules = (struct.unpack_from("<I", blob, at)[0]
                     for at in (160, 188))
    need(size == len(blob) and labels == 1, "size")
    need(rules == 1 + generation % 7, "%d rules of %d" % (rules, generation))
    for n in range(rules):
        line = struct.unpack_from("<I", blob, 208 + 32 + 24 * n + 20)[0]
        need(line == generation & 0xFFFFFFFF, "line %d of %d" % (
            line, generation))
    return generation


def one_look(last):
    mine, his = dev.owners(2)[1]
    need((mine["name"], his["name"]) == ("acme", "beta"), "owners")
    need(his["policy"] == sha256(other) and his["generation"] == 9, "beta")
    need(mine["generation"] >= last, "OWNERS went back")
    need(mine["rules"] == 1 + mine["generation"] % 7, "rules of OWNERS")
    size, blob = dev.get(acme, 4096)
    generation = whole(blob)
    need(generation >= mine["generation"], "POLICY went back")
    need(dev.get(beta, 4096)[1] == other, "beta's policy")
    return generation


JUDGED = '''
import os, socket, sys
open("/tmp/plan").read()
os.setuid(int(sys.argv[1]))
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
seen = 0
while not os.path.exists("/tmp/stop"):
    try:
        sock.connect(("127.0.0.2", 9))
        seen |= 1
    except PermissionError:
        seen |= 2
sys.exit(seen)
'''


def fits(e):
    """Generation G denies users below 1 + G % 7 in line G, and no other."""
    g, uid = e.num(GENERATION), e.num(UID) >> 32
    line, verdict = e.num(RULE), e.num(VERDICT)
    if uid < 1 + g % 7:
        return (verdict, line) == (DENY, g)
    return (verdict, line) == (ALLOW, 0)


swap(1, 1).communicate()
t.ok("one is in force", whole(dev.get(acme, 4096)[1]) == 1)
with open("/tmp/plan", "w") as f:
    f.write("secret")
subprocess.run(["/vm/helper", "label-add", acme.hex(), "01" + "00" * 15,
                "/tmp/plan"], check=True)
with open(SYSFS + "mode", "w") as f:
    f.write("enforce")
p = swap(2, SWAPS)
print("# " + p.stdout.readline().decode().strip())
judged = [subprocess.Popen(["python3", "-S", "-c", JUDGED, uid])
          for uid in ("0", "3", "9")]
looks = seen = last = 0
wrong = None
while p.poll() is None:
    try:
        now = one_look(last)
    except Bad as e:
        wrong = e
        break
    seen += now != last
    looks, last = looks + 1, now
print("# " + p.communicate()[0].decode().strip().replace("\n", "\n# "))
open("/tmp/stop", "w").close()
t.ok("who is always refused was, who never is was not, and one was both",
     [j.wait() for j in judged] == [2, 3, 1], [j.wait() for j in judged])
t.ok("all were loaded", p.returncode == 0 and
     whole(dev.get(acme, 4096)[1]) == SWAPS + 1)
t.ok("who read meanwhile saw whole ones, in their order", not wrong, wrong)
t.ok("and several of them", seen >= 5, "%d looks, %d policies" % (looks, seen))
told = [e.num(GENERATION) for e in events(settled(), EV_POLICY)
        if e.fields[OWNER] == acme]
t.ok("the log has each, in that order", told == list(range(1, SWAPS + 2)),
     len(told))
flows = [e for e in events(settled(), EV_FLOW) if e.num(ACTION) == 3]
wrong = [e.fields for e in flows if not fits(e)]
t.ok("each verdict is that of one whole policy", not wrong, wrong[:3])
by = {e.num(GENERATION) for e in flows}
t.ok("of many of them", len(by) > SWAPS // 20,
     "%d events by %d policies" % (len(flows), len(by)))
print("# %d events by %d policies" % (len(flows), len(by)))
t.ok("and adds up to the TPM", agrees())

# Two who load at once: whoever is later wins, the other is refused.
a, b = swap(10001, 50), swap(10002, 50)
a.wait()
b.wait()
told = [e.num(GENERATION) for e in events(settled(), EV_POLICY)
        if e.fields[OWNER] == acme][SWAPS + 1:]
t.ok("two at once: only what is newer is taken", told == sorted(set(told)) and
     whole(dev.get(acme, 4096)[1]) == told[-1], told)



def used_kib():
    """Of the kernel, wherever large pieces come from."""
    with open("/proc/meminfo") as f:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in f}
    return kib["SUnreclaim"] + kib["VmallocUsed"]


# Large ones, each in the place of the one before.
large = policy("acme", "acme", 1, [Rule(DENY, 1 + n % 7, uid=n)
                                   for n in range(5000)])
levels = []
for n in range(12):
    writer.policy("acme", large[:16] + struct.pack("<Q", 20000 + n) +
                  large[24:])
    time.sleep(0.5)
    levels.append(used_kib())
print("# KiB: %s, each %d" % (levels, len(large) // 1024))
t.ok("nothing is kept of what was replaced",
     until(lambda: used_kib() < levels[0] + 5 * len(large) // 1024, 5),
     levels)
t.done()
PY
