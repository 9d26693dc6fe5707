#!/bin/bash
# SPDX-License-Identifier: MIT
# However a program hands a socket its data, it is judged, and what it sent is
# counted once, with its bytes.
# vm: kernel=6.1,6.12 slow=6.12 load=late arm=yes timeout=240
# vm: append=shinrai.anchor=/vm/keys/admin.der file=@build/vm/ways:/usr/bin/ways
# vm: file=/usr/bin/perl
set -uo pipefail
. /vm/lib/tap.sh

# How, times, bytes.  Before Linux 6.5 a splice is no message: sendfile(2) is asked
# about twice, and a worker of io_uring may splice as much as there can be.
spliced=1:32
sent=1:32
case $(uname -r) in
6.1.*)
	spliced=1:$((0x7ffff000))
	sent=2:64
	;;
esac
ways=(write:1:32 writev:1:32 pwritev2:1:32 send:1:32 write32:1:32 aio:1:32
	ring:1:32 worker:1:32 poller:1:32 "sendfile:$sent" splice:1:32
	"ring-splice:$spliced" "poller-splice:$spliced")

acme=$(PYTHONPATH=/vm/lib python3 -S - <<'PY'
from blob import *
l = Loader()
l.admit("acme", "acme", 1)
o = bytes([ALLOW, DENY, DENY, DENY, ALLOW, ALLOW, DENY])
rule = Rule(ALLOW, SEND, 0, net=(b"\x7f\0\1\0", 24), port=9999, proto=6)
l.policy("acme", policy("acme", "acme", 1, [rule], labels=1, otherwise=o))
print(owner_of("acme").hex())
PY
)
cd /tmp || exit
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >drawing
/vm/helper label-add "$acme" 01010101010101010101010101010101 drawing
ip link set lo up
/vm/helper sink 9999 >got &
for _ in $(seq 100); do
	grep -q ready got && break
	sleep 0.1
done
echo enforce >"$S/mode"

i=0
for way in "${ways[@]}"; do
	i=$((i + 1))
	name=${way%%:*}
	check "$name: it may be sent" ways "$name" drawing "127.0.1.$i" 9999
	check "$name: nowhere else" status 3 ways "$name" drawing 127.0.0.2 9999
done
sleep 12 # repetitions are told of together
dump
sum() { # sum FIELD: of what was told
	sed -nE "s/.* $1=([0-9]+) .*/\1/p" told | paste -sd + | bc
}
told() { # told ADDRESS TIMES BYTES
	grep -E "sink=inet:$1:" log | grep action=send >told
	cat told
	[ "$(sum count)" = "$2" ] && [ "$(sum bytes)" = "$3" ]
}
i=0
for way in "${ways[@]}"; do
	i=$((i + 1))
	IFS=: read -r name times bytes <<<"$way"
	check "$name: counted $times, $bytes bytes" told "127.0.1.$i" "$times" \
		"$bytes"
done
plan
