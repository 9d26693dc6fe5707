#!/bin/bash
# SPDX-License-Identifier: MIT
# Labels follow data from a file through processes to files, pipes and sockets,
# and the owner's policy says where they may go.
# vm: kernel=6.1,6.12 load=late arm=yes timeout=300 file=/usr/bin/perl
# vm: append=shinrai.anchor=/vm/keys/admin.der
set -uo pipefail
. /vm/lib/tap.sh

uuid=01010101010101010101010101010101
PYTHONPATH=/vm/lib python3 -S - >/tmp/owner <<'PY'
from blob import *
l = Loader()
l.admit("acme", "acme", 5)
o = bytes([ALLOW, DENY, DENY, DENY, ALLOW, ALLOW, DENY])
b = policy("acme", "acme", 1,
           [Rule(ALLOW, SEND, 0, net=(b"\x7f\0\0\2", 32), port=9999, proto=6)],
           otherwise=o)
l.policy("acme", b)
print(owner_of("acme").hex())
PY
owner=$(cat /tmp/owner)
label="$owner $uuid"

labelled() { # labelled FILE
	[ "$(/vm/helper labels "$1")" = "$label" ]
}

clean() {
	[ -z "$(/vm/helper labels "$1")" ]
}

mkdir -p /tmp/d
cd /tmp/d || exit
echo secret >drawing
echo public >other
check "a file is given a label" /vm/helper label-add "$owner" "$uuid" drawing
check "it has it" labelled drawing
check "another one has none" clean other
check "a label that no policy has is refused" \
	refuses /vm/helper label-add "$owner" 02020202020202020202020202020202 \
	other
check "who copies it marks the copy" bash -c 'cat drawing >copy'
check "the copy has the label" labelled copy
check "who copies another file does not" bash -c 'cat other >copy2'
check "that copy has none" clean copy2
check "a pipe passes the label on" bash -c 'cat drawing | cat >piped'
check "what came by it has the label" labelled piped
check "in an archive" bash -c 'tar -cf a.tar drawing'
check "the archive has the label" labelled a.tar
check "this shell has none" test -z "$(/vm/helper labels-pid $$)"
check "the label cannot be taken off" \
	refuses python3 -Sc 'import os
os.removexattr("drawing", "security.shinrai")'
check "nor put on by others" refuses python3 -Sc 'import os
os.setxattr("other", "security.shinrai", b"x")'

# The other side: another host, as far as the policy knows.
/vm/helper sink 9999 >/tmp/got &
ip link set lo up
for _ in $(seq 100); do grep -q ready /tmp/got && break; sleep 0.1; done

send_to() { # send_to ADDRESS FILE
	bash -c 'd=$(<'"$2"'); echo "$d" >/dev/tcp/'"$1"'/9999'
}

some() { # some PATTERN: repetitions are told of later, as slow as the host is
	grep -qE -- "$1" /tmp/log
}

got() { # got N TEXT: that often, by now
	sleep 0.5
	[ "$(grep -cx "$2" /tmp/got)" -eq "$1" ]
}

check "observing, it is sent anywhere" send_to 127.0.0.3 drawing
check "it arrived" got 1 secret
check "enforce" bash -c "echo enforce >$S/mode"
check "to who may have it, it is sent" send_to 127.0.0.2 drawing
check "it arrived, too" got 2 secret
check "to another it is not" refuses send_to 127.0.0.3 drawing
check "the copy is no way out" refuses send_to 127.0.0.3 copy
check "nor what came by the pipe" refuses send_to 127.0.0.3 piped
check "nothing arrived" got 2 secret
check "what has no label is sent to both" send_to 127.0.0.3 other
check "that arrived" got 1 public
check "a file that was made to keep is not deleted" test -e drawing
check "this shell has no label yet" test -z "$(/vm/helper labels-pid $$)"
mkdir -p /tmp/ram
mount -t ramfs none /tmp/ram
check "what cannot keep a label does not get the data" \
	refuses bash -c 'cat drawing >/tmp/ram/copy'
check "it gets other data" bash -c 'cat other >/tmp/ram/copy'
dump
check "the label is in the log" times 1 ' LABEL reason=48 '
check "labels went live once" times 1 ' STATE reason=24 '
check "what happened while observing is a violation" \
	some ' FLOW .*action=send verdict=deny .*refused=0'
check "so is what was refused" \
	some ' FLOW count=1 .*action=send verdict=deny .*refused=1'
check "and what was allowed is told" \
	some ' FLOW count=1 .*action=send verdict=allow rule=1 '
plan
