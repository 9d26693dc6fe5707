#!/bin/bash
# SPDX-License-Identifier: MIT
# What was allowed is allowed again without being judged, and never longer than
# that: not for somebody else, not with another label, not by another policy.
# vm: kernel=6.1,6.12 slow=6.12 load=late arm=yes timeout=300 file=/usr/bin/perl
# vm: append=shinrai.anchor=/vm/keys/admin.der
set -uo pipefail
. /vm/lib/tap.sh

owner() { # owner PYTHON: l is what loads, rules() and policy_of() are there
	PYTHONPATH=/vm/lib python3 -S - <<PY
from blob import *
l = Loader()

def rules(verdict):
    return [Rule(verdict, SEND, 0, uid=0, net=(b"\x7f\0\0\2", 32), port=9999,
                 proto=6)]

def policy_of(generation, verdict):
    o = bytes([ALLOW, DENY, DENY, DENY, ALLOW, ALLOW, DENY])
    l.policy("acme", policy("acme", "acme", generation, rules(verdict),
                            labels=2, otherwise=o))

$1
PY
}

acme=$(owner 'l.admit("acme", "acme", 1)
policy_of(1, ALLOW)
print(owner_of("acme").hex())')
mkdir -p /tmp/d
cd /tmp/d || exit
echo secret >drawing
echo secret >plan
/vm/helper label-add "$acme" 01010101010101010101010101010101 drawing
/vm/helper label-add "$acme" 02020202020202020202020202020202 plan
ip link set lo up
for port in 9999 9998; do
	/vm/helper sink "$port" >"/tmp/got.$port" &
	for _ in $(seq 100); do
		grep -q ready "/tmp/got.$port" && break
		sleep 0.1
	done
done
echo enforce >"$S/mode"

# One program, so that only what is tested differs.  Of what it is refused it
# tells by its status, since what it writes has its label.
cat >send <<'SH'
#!/bin/bash
# send ADDRESS PORT FILE [FILE]: what is in the first; then, having read the second
to() {
	echo "$d" >&3
} 2>/dev/null
exec 2>/dev/null
read -r d <"$3"
exec 3>"/dev/tcp/$1/$2" || exit 1
to || exit 2
[ -z "${4:-}" ] || read -r e <"$4" || exit 3
to || exit 4
# Told to wait, until somebody says go: on a connection that was used before.
[ -z "${5:-}" ] || until [ -e "$5" ]; do sleep 0.1; done
to || exit 5
SH
chmod 755 send

check "it may be sent" ./send 127.0.0.2 9999 drawing
check "and again" ./send 127.0.0.2 9999 drawing
check "not to another host" status 1 ./send 127.0.0.3 9999 drawing
check "not to another port" status 1 ./send 127.0.0.2 9998 drawing
check "not by another user" status 1 user ./send 127.0.0.2 9999 drawing
check "with one more label it may not, on a connection that it has" \
	status 4 ./send 127.0.0.2 9999 drawing plan
check "nor begin with both" status 1 bash -c 'read -r d <plan; ./send \
	127.0.0.2 9999 drawing'
check "without that one it still may" ./send 127.0.0.2 9999 drawing

./send 127.0.0.2 9999 drawing drawing /tmp/go &
sender=$!
sleep 2
check "one has sent, and waits" kill -0 "$sender"
check "a policy that denies" owner 'policy_of(2, DENY)'
touch /tmp/go
check "it may not any more" status 5 wait "$sender"
check "nor may others" status 1 ./send 127.0.0.2 9999 drawing
check "the policy that allows" owner 'policy_of(3, ALLOW)'
check "it may be sent again" ./send 127.0.0.2 9999 drawing
check "and again" ./send 127.0.0.2 9999 drawing
check "the owner is revoked" owner 'l.revoke("acme", "acme", 2)'
check "it may not any more" status 1 ./send 127.0.0.2 9999 drawing

# Repetitions are told of together, some seconds later.
sleep 12
dump
counted() { # counted GENERATION N: what was allowed, the first time included
	local sum
	sum=$(sed -nE "s/.* FLOW count=([0-9]+) .*generation=$1 .*action=send \
verdict=allow .*/\1/p" /tmp/log | paste -sd + | bc)
	echo "counted $sum"
	grep -E "generation=$1 .*action=send verdict=allow" /tmp/log
	[ "${sum:-0}" -eq "$2" ]
}
# Of two runs, each with a connection and three writes.
check "each time is counted, once" counted 3 8
plan
