#!/bin/bash
# SPDX-License-Identifier: MIT
# However a program hands a socket its data, it is judged, and what it sent is
# counted once, with its bytes, of which a rule may have few.
# vm: kernel=6.1,6.12 slow=6.12 load=late arm=yes timeout=240
# vm: append=shinrai.anchor=/vm/keys/admin.der file=@build/vm/ways:/usr/bin/ways
# vm: file=/usr/bin/perl
set -uo pipefail
. /vm/lib/tap.sh
. /vm/lib/owner.sh

# How, times, bytes.  Before Linux 6.5 a splice is no message: sendfile(2) is asked
# about twice, and a worker of io_uring may splice as much as there can be.  So may,
# on both, a send that was under way when its sender got the label.
most=$((0x7ffff000)) # bytes that one call can move
spliced=1:32
sent=1:32
case $(uname -r) in
6.1.*)
	spliced=1:$most
	sent=2:64
	;;
esac
ways=(write:1:32 writev:1:32 pwritev2:1:32 send:1:32 write32:1:32 aio:1:32
	ring:1:32 worker:1:32 poller:1:32 "sendfile:$sent" splice:1:32
	"ring-splice:$spliced" "poller-splice:$spliced" "under-way:1:$most")

# How, of how many bytes at most, how often.
limits=(write:31:0 write:64:2 worker:32:1 splice:31:0 splice:64:2
	sendfile:31:0 "sendfile:$((32 * ${sent%:*})):1"
	"ring-splice:$((${spliced#*:} - 1)):0" "ring-splice:${spliced#*:}:1"
	"under-way:$((most - 1)):0" "under-way:$most:1")

cd /tmp || exit
drawing=01010101-0101-0101-0101-010101010101
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >drawing
check "an owner's policy, which has limits" policy acme <<END
policy acme generation 1
label drawings $drawing
default all labels read allow, derive allow, trace allow
allow any send drawings to 127.0.1.0/24 port 9999/tcp
$(for ((n = 1; n <= ${#limits[@]}; n++)); do
	IFS=: read -r _ bytes _ <<<"${limits[n - 1]}"
	echo "allow any send drawings to 127.0.3.$n port 9999/tcp limit $bytes B"
done)
END
label acme $drawing drawing
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
n=0
for limit in "${limits[@]}"; do
	n=$((n + 1))
	IFS=: read -r name bytes times <<<"$limit"
	for ((i = 1; i <= times; i++)); do
		check "$name, of $bytes bytes at most: $i" ways "$name" drawing \
			"127.0.3.$n" 9999
	done
	check "$name, of $bytes bytes at most: no more" status 3 ways "$name" \
		drawing "127.0.3.$n" 9999
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
